package dev.lish.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UInt32Value;
import dev.lish.model.Revision;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.RequestMethod;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.ConnectionProperties;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPRequestProperties;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPResponseProperties;
import io.envoyproxy.envoy.data.accesslog.v3.ResponseFlags;
import io.envoyproxy.envoy.data.accesslog.v3.TCPAccessLogEntry;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LineWriterTest {
  private static final Writer WRITER = new Writer("edge-1", "edge-a", "edge");
  private static final Origin ORIGIN =
      new Origin(
          "beta",
          "edge",
          Optional.of(new Revision(7)),
          Map.of("cluster", "5b2e"),
          Destinations.NONE);

  private static String line(byte[] bytes, boolean tcp) throws IOException {
    Entry entry = new Entry();
    new EntryReader(new Cursor(bytes, 0), entry).read(bytes.length, tcp);
    RawEntry raw = new RawEntry(WRITER, ORIGIN, bytes, tcp, true);
    return new LineWriter(RawSettings.NOTHING.redacted()).line(raw, entry);
  }

  private static AccessLogCommon.Builder common() {
    return AccessLogCommon.newBuilder()
        .setStartTime(Timestamp.newBuilder().setSeconds(1_800_000_000).setNanos(5_000_000))
        .setUpstreamCluster("payments")
        .setRouteName("pay")
        .setDuration(Duration.newBuilder().setNanos(12_345_678))
        .setResponseFlags(ResponseFlags.newBuilder().setUpstreamRequestTimeout(true))
        .setUpstreamRemoteAddress(
            Address.newBuilder()
                .setSocketAddress(
                    SocketAddress.newBuilder().setAddress("2001:db8::1").setPortValue(80)));
  }

  @Test
  void requestHasItsKeysAndNoSecrets() throws IOException {
    HTTPAccessLogEntry entry =
        HTTPAccessLogEntry.newBuilder()
            .setCommonProperties(common())
            .setProtocolVersion(HTTPAccessLogEntry.HTTPVersion.HTTP11)
            .setRequest(
                HTTPRequestProperties.newBuilder()
                    .setRequestMethod(RequestMethod.GET)
                    .setPath("/pay?token=secret")
                    .setReferer("https://a.example/?q=secret")
                    .setUserAgent("a \"b\"\n\u2028\u0007")
                    .putRequestHeaders("Authorization", "Bearer secret")
                    .putRequestHeaders("x-color", "blue"))
            .setResponse(
                HTTPResponseProperties.newBuilder()
                    .setResponseCode(UInt32Value.of(504))
                    .putResponseHeaders("set-cookie", "secret")
                    .setResponseCodeDetails("response_timeout"))
            .build();

    String line = line(entry.toByteArray(), false);

    assertThat(line).doesNotContain("secret").doesNotContain("\n");
    JsonNode json = new ObjectMapper().readTree(line);
    assertThat(json.path("user_agent").asText()).isEqualTo("a \"b\"\n\u2028\u0007");
    assertThat(line)
        .isEqualTo(
            "{\"time\":\"2027-01-15T08:00:00.005Z\",\"node\":\"edge-1\",\"node_cluster\":\"edge-a\","
                + "\"log\":\"edge\",\"stage\":\"beta\",\"group\":\"edge\",\"revision\":7,"
                + "\"versions\":{\"cluster\":\"5b2e\"},"
                + "\"cluster\":\"payments\",\"route\":\"pay\",\"flags\":[\"UT\"],\"duration_ms\":12.345,"
                + "\"received\":0,\"sent\":0,\"attempts\":0,\"status\":504,\"method\":\"GET\","
                + "\"protocol\":\"HTTP11\",\"path\":\"/pay\","
                + "\"user_agent\":\"a \\\"b\\\"\\u000a\\u2028\\u0007\","
                + "\"referer\":\"https://a.example/\",\"details\":\"response_timeout\","
                + "\"request_headers\":{\"Authorization\":\"[redacted]\",\"x-color\":\"blue\"},"
                + "\"response_headers\":{\"set-cookie\":\"[redacted]\"},"
                + "\"upstream\":\"[2001:db8::1]:80\"}");
  }

  @Test
  void connectionIsALineToo() throws IOException {
    TCPAccessLogEntry entry =
        TCPAccessLogEntry.newBuilder()
            .setCommonProperties(common().clearResponseFlags())
            .setConnectionProperties(
                ConnectionProperties.newBuilder().setReceivedBytes(5).setSentBytes(6))
            .build();

    JsonNode json = new ObjectMapper().readTree(line(entry.toByteArray(), true));

    assertThat(json.path("received").asInt()).isEqualTo(5);
    assertThat(json.path("sent").asInt()).isEqualTo(6);
    assertThat(json.has("status")).isFalse();
  }
}
