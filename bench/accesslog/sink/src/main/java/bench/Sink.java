package bench;

import com.sun.net.httpserver.HttpServer;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.service.accesslog.v3.AccessLogServiceGrpc;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsResponse;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What one writes first: grpc-java, every message parsed, entries counted by cluster and status. */
public final class Sink {
  private static final Map<String, LongAdder> COUNTS = new ConcurrentHashMap<>();
  private static final LongAdder ENTRIES = new LongAdder();

  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    HttpServer http =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[1])), 0);
    http.createContext(
        "/",
        exchange -> {
          byte[] body = ("{\"accessLogs\":{\"entries\":" + ENTRIES.sum() + "}}").getBytes();
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    Server server = ServerBuilder.forPort(port).addService(new Service()).build().start();
    // Who sees this answer can connect.
    http.start();
    server.awaitTermination();
  }

  private static final class Service extends AccessLogServiceGrpc.AccessLogServiceImplBase {
    @Override
    public StreamObserver<StreamAccessLogsMessage> streamAccessLogs(
        StreamObserver<StreamAccessLogsResponse> answer) {
      return new StreamObserver<>() {
        @Override
        public void onNext(StreamAccessLogsMessage message) {
          for (HTTPAccessLogEntry entry : message.getHttpLogs().getLogEntryList()) {
            String key =
                entry.getCommonProperties().getUpstreamCluster()
                    + " "
                    + entry.getResponse().getResponseCode().getValue() / 100;
            COUNTS.computeIfAbsent(key, k -> new LongAdder()).increment();
            ENTRIES.increment();
          }
        }

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {
          answer.onNext(StreamAccessLogsResponse.getDefaultInstance());
          answer.onCompleted();
        }
      };
    }
  }
}
