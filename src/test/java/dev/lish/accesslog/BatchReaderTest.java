package dev.lish.accesslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UnknownFieldSet;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
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
import org.junit.jupiter.api.Test;

class BatchReaderTest {
  private static List<String> read(ByteString message) throws IOException {
    List<String> seen = new ArrayList<>();
    BatchReader.read(
        message,
        new BatchReader.Sink() {
          @Override
          public void identifier(ByteString nodeCluster, ByteString logName) {
            seen.add(nodeCluster.toStringUtf8() + " writes " + logName.toStringUtf8());
          }

          @Override
          public void entry(ByteString upstreamCluster, ResponseClass response) {
            seen.add(upstreamCluster.toStringUtf8() + " " + response.label());
          }
        });
    return seen;
  }

  private static HTTPAccessLogEntry http(String cluster, int status) {
    return HTTPAccessLogEntry.newBuilder()
        .setProtocolVersion(HTTPAccessLogEntry.HTTPVersion.HTTP2)
        .setCommonProperties(
            AccessLogCommon.newBuilder()
                .setSampleRate(0.5)
                .setUpstreamCluster(cluster)
                .setResponseFlags(ResponseFlags.newBuilder().setNoRouteFound(true))
                .setRouteName("a route"))
        .setRequest(HTTPRequestProperties.newBuilder().setPath("/").putRequestHeaders("a", "b"))
        .setResponse(
            HTTPResponseProperties.newBuilder()
                .setResponseCode(UInt32Value.of(status))
                .setResponseBodyBytes(1_000_000))
        .build();
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
                    .addLogEntry(http("", 404))
                    .addLogEntry(http("payments", 0)))
            .build();

    assertThat(read(message.toByteString()))
        .containsExactly("edge writes ingress", "payments 2xx", " 4xx", "payments none");
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
                                AccessLogCommon.newBuilder().setUpstreamCluster("db"))))
            .build();

    assertThat(read(message.toByteString())).containsExactly("db tcp");
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

    assertThat(read(message.toByteString())).containsExactly("payments 5xx");
  }

  @Test
  void refusesTruncatedBytes() {
    ByteString whole =
        StreamAccessLogsMessage.newBuilder()
            .setHttpLogs(HTTPAccessLogEntries.newBuilder().addLogEntry(http("payments", 200)))
            .build()
            .toByteString();

    for (int size = 1; size < whole.size(); size++) {
      ByteString part = whole.substring(0, size);
      assertThatThrownBy(() -> read(part)).isInstanceOf(IOException.class);
    }
  }
}
