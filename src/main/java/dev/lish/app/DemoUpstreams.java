package dev.lish.app;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.CompletionException;

/** Stands in for the services of a sample mesh: each port answers who it is. */
final class DemoUpstreams implements AutoCloseable {
  private final Server server;

  private DemoUpstreams(Server server) {
    this.server = server;
  }

  /**
   * Answers on these ports of 127.0.0.1.
   *
   * @param ports port to the name of its cluster
   * @throws StartException when one of them is taken
   */
  static DemoUpstreams start(SortedMap<Integer, String> ports) throws StartException {
    ServerBuilder builder = Server.builder().gracefulShutdownTimeout(Duration.ZERO, Duration.ZERO);
    for (int port : ports.keySet()) {
      builder.http(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }
    builder.serviceUnder("/", (ctx, request) -> answer(ctx, ports));
    Server server = builder.build();
    try {
      server.start().join();
    } catch (CompletionException e) {
      throw new StartException(
          "the sample's upstreams cannot listen on 127.0.0.1, ports "
              + ports.keySet()
              + ": "
              + Doors.reason(e),
          e);
    }
    return new DemoUpstreams(server);
  }

  private static HttpResponse answer(ServiceRequestContext ctx, Map<Integer, String> ports) {
    int port = ctx.localAddress().getPort();
    String text = ports.getOrDefault(port, "nobody") + " on port " + port + "\n";
    return HttpResponse.of(HttpStatus.OK, MediaType.PLAIN_TEXT_UTF_8, text);
  }

  @Override
  public void close() {
    Doors.stop(List.of(server));
  }
}
