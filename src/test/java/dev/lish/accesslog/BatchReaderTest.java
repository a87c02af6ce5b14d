package dev.lish.accesslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UnknownFieldSet;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogType;
import io.envoyproxy.envoy.data.accesslog.v3.ConnectionProperties;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPRequestProperties;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPResponseProperties;
import io.envoyproxy.envoy.data.accesslog.v3.ResponseFlags;
import io.envoyproxy.envoy.data.accesslog.v3.TCPAccessLogEntry;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage.HTTPAccessLogEntries;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage.Identifier;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage.TCPAccessLogEntries;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchReaderTest {
  /** What the reader told, in words. */
  private static final class Seen implements BatchReader.Sink {
    final List<String> lines = new ArrayList<>();
    private final boolean wanted;

    Seen(boolean wanted) {
      this.wanted = wanted;
    }

    @Override
    public void identifier(ByteString node, Writer writer) {
      lines.add(writer.nodeId() + " of " + writer.nodeCluster() + " writes " + writer.logName());
    }

    @Override
    public void entry(Entry e) {
      lines.add(
          e.cluster().toStringUtf8()
              + "/"
              + e.route().toStringUtf8()
              + " "
              + e.response().label()
              + " "
              + FlagClass.letters(e.flags)
              + " "
              + e.duration
              + " "
              + e.firstByte
              + " "
              + e.received
              + "/"
              + e.sent
              + " "
              + e.retries()
              + (e.partial ? " partial" : ""));
    }

    @Override
    public boolean wantsEntries() {
      return wanted;
    }

    @Override
    public void skipped() {
      lines.add("skipped");
    }
  }

  private static List<String> read(ByteString message) throws IOException {
    Seen seen = new Seen(true);
    BatchReader.read(Batch.of(message), new Entry(), seen);
    return seen.lines;
  }

  private static HTTPAccessLogEntry http(String cluster, int status) {
    return HTTPAccessLogEntry.newBuilder()
        .setProtocolVersion(HTTPAccessLogEntry.HTTPVersion.HTTP2)
        .setCommonProperties(
            AccessLogCommon.newBuilder()
                .setSampleRate(0.5)
                .setUpstreamCluster(cluster)
                .setResponseFlags(ResponseFlags.newBuilder().setNoRouteFound(true))
                .setRouteName("a route")
                .setDuration(Duration.newBuilder().setSeconds(1).setNanos(2_000))
                .setTimeToFirstUpstreamRxByte(Duration.newBuilder().setNanos(7_999))
                .setUpstreamRequestAttemptCount(3))
        .setRequest(
            HTTPRequestProperties.newBuilder()
                .setPath("/")
                .putRequestHeaders("a", "b")
                .setRequestHeadersBytes(100)
                .setRequestBodyBytes(10))
        .setResponse(
            HTTPResponseProperties.newBuilder()
                .setResponseCode(UInt32Value.of(status))
                .setResponseHeadersBytes(200)
                .setResponseBodyBytes(1_000_000))
        .build();
  }

  private static ByteString http(HTTPAccessLogEntry... entries) {
    return StreamAccessLogsMessage.newBuilder()
        .setHttpLogs(HTTPAccessLogEntries.newBuilder().addAllLogEntry(List.of(entries)))
        .build()
        .toByteString();
  }

  @Test
  void readsIdentifierAndEntries() throws IOException {
    StreamAccessLogsMessage message =
        StreamAccessLogsMessage.newBuilder()
            .setIdentifier(
                Identifier.newBuilder()
                    .setNode(Node.newBuilder().setId("edge-1").setCluster("edge"))
                    .setLogName("ingress"))
            .setHttpLogs(
                HTTPAccessLogEntries.newBuilder()
                    .addLogEntry(http("payments", 200))
                    .addLogEntry(HTTPAccessLogEntry.getDefaultInstance()))
            .build();

    assertThat(read(message.toByteString()))
        .containsExactly(
            "edge-1 of edge writes ingress",
            "payments/a route 2xx [NR] 1000002 7 110/1000200 2",
            "/ none [] -1 -1 0/0 0");
  }

  @Test
  void readsConnections() throws IOException {
    StreamAccessLogsMessage message =
        StreamAccessLogsMessage.newBuilder()
            .setTcpLogs(
                TCPAccessLogEntries.newBuilder()
                    .addLogEntry(
                        TCPAccessLogEntry.newBuilder()
                            .setCommonProperties(
                                AccessLogCommon.newBuilder().setUpstreamCluster("db"))
                            .setConnectionProperties(
                                ConnectionProperties.newBuilder()
                                    .setReceivedBytes(5)
                                    .setSentBytes(6))))
            .build();

    assertThat(read(message.toByteString())).containsExactly("db/ tcp [] -1 -1 5/6 0");
  }

  @Test
  void entriesOfPartsOfARequestAreTold() throws IOException {
    List<String> partial = new ArrayList<>();
    for (AccessLogType type : AccessLogType.values()) {
      if (type != AccessLogType.UNRECOGNIZED) {
        HTTPAccessLogEntry.Builder entry = http("a", 200).toBuilder();
        entry.getCommonPropertiesBuilder().setAccessLogType(type);
        if (read(http(entry.build())).get(0).endsWith("partial")) {
          partial.add(type.name());
        }
      }
    }
    assertThat(partial)
        .containsExactly(
            "TcpUpstreamConnected",
            "TcpPeriodic",
            "DownstreamStart",
            "DownstreamPeriodic",
            "UpstreamPoolReady",
            "UpstreamPeriodic",
            "UpstreamEnd",
            "DownstreamTunnelSuccessfullyEstablished",
            "UdpTunnelUpstreamConnected",
            "UdpPeriodic");
  }

  @Test
  void everyFlagIsRead() throws IOException {
    ResponseFlags.Builder all = ResponseFlags.newBuilder();
    ResponseFlags.getDescriptor()
        .getFields()
        .forEach(
            field ->
                all.setField(
                    field,
                    field.isRepeated() || field.getName().startsWith("unauthorized")
                        ? ResponseFlags.Unauthorized.getDefaultInstance()
                        : (Object) true));
    HTTPAccessLogEntry.Builder entry = HTTPAccessLogEntry.newBuilder();
    entry.getCommonPropertiesBuilder().setResponseFlags(all);

    assertThat(read(http(entry.build())).get(0))
        .contains(
            "[LH, UH, UT, LR, UR, UF, UC, UO, NR, DI, FI, RL, UAEX, RLSE, DC, URX, SI, IH, DPE,"
                + " UMSDR, RFCF, NFCF, DT, UPE, NC, OM, DF, DR");
  }

  @Test
  void entriesThatAreNotWantedAreSkippedOneByOne() throws IOException {
    Seen seen = new Seen(false);
    BatchReader.read(Batch.of(http(http("a", 200), http("b", 503))), new Entry(), seen);

    assertThat(seen.lines).containsExactly("skipped", "skipped");
  }

  @Test
  void skipsFieldsThatItDoesNotKnow() throws IOException {
    UnknownFieldSet later =
        UnknownFieldSet.newBuilder()
            .addField(
                999,
                UnknownFieldSet.Field.newBuilder()
                    .addVarint(7)
                    .addFixed32(1)
                    .addFixed64(2)
                    .addLengthDelimited(ByteString.copyFromUtf8("x"))
                    .addGroup(UnknownFieldSet.getDefaultInstance())
                    .build())
            .build();
    StreamAccessLogsMessage message =
        StreamAccessLogsMessage.newBuilder()
            .setUnknownFields(later)
            .setHttpLogs(
                HTTPAccessLogEntries.newBuilder()
                    .addLogEntry(http("payments", 503).toBuilder().setUnknownFields(later)))
            .build();

    assertThat(read(message.toByteString())).hasSize(1).first().asString().contains(" 5xx ");
  }

  @Test
  void refusesTruncatedBytes() {
    ByteString whole = http(http("payments", 200));

    for (int size = 1; size < whole.size(); size++) {
      ByteString part = whole.substring(0, size);
      assertThatThrownBy(() -> read(part)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void randomBytesAreReadOrRefusedAndNothingElse() {
    Random random = new Random(7);
    byte[] whole = http(http("payments", 200), http("orders", 503)).toByteArray();
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = whole.clone();
      for (int j = random.nextInt(4); j >= 0; j--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(read(ByteString.copyFrom(bytes))).isNotNull();
      } catch (IOException e) {
        assertThat(e).hasMessageMatching("(a|no) .+");
      }
    }
  }
}
