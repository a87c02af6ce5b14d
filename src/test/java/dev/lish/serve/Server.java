package dev.lish.serve;

import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.grpc.GrpcServiceBuilder;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.testing.Await;
import dev.lish.transport.FramedCalls;
import io.grpc.ServerInterceptor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Xds on a port of its own, hosted as Lish hosts it. */
final class Server implements AutoCloseable {
  /** Waits that a test can sit out. */
  static final XdsLimits QUICK =
      XdsLimits.DEFAULT.withWaits(
          Duration.ofSeconds(30), Duration.ofMillis(400), Duration.ofMillis(300));

  final BlockingQueue<StreamEvent> events = new LinkedBlockingQueue<>();
  private final XdsLimits limits;
  private final ServerInterceptor[] interceptors;
  Xds xds;
  private com.linecorp.armeria.server.Server server;

  Server(XdsLimits limits, ServerInterceptor... interceptors) {
    this(limits, XdsMeter.NONE, interceptors);
  }

  Server(XdsLimits limits, XdsMeter meter, ServerInterceptor... interceptors) {
    this.limits = limits;
    this.interceptors = interceptors.clone();
    xds = new Xds(limits, true, Clock.systemUTC(), events::add, meter);
    server = start(0);
  }

  Server() {
    this(QUICK);
  }

  private com.linecorp.armeria.server.Server start(int port) {
    GrpcServiceBuilder service =
        GrpcService.builder()
            .useBlockingTaskExecutor(false)
            .maxRequestMessageLength(limits.requestBytes())
            .intercept(interceptors)
            .intercept(new FramedCalls(limits.requestBytes()));
    xds.services().forEach(service::addService);
    com.linecorp.armeria.server.Server started =
        com.linecorp.armeria.server.Server.builder()
            .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .requestTimeoutMillis(0)
            .maxRequestLength(0)
            .idleTimeoutMillis(0)
            .gracefulShutdownTimeoutMillis(0, 0)
            .service(service.build())
            .build();
    started.start().join();
    return started;
  }

  /** As after a restart of Lish: the same port, and nothing is remembered. */
  void restart(Mesh mesh) {
    int port = port();
    close();
    xds = new Xds(limits, true, Clock.systemUTC(), events::add, XdsMeter.NONE);
    publish(mesh);
    server = start(port);
  }

  int port() {
    return server.activeLocalPort();
  }

  void publish(Mesh mesh) {
    xds.publish(mesh.assignment());
  }

  /**
   * Publishes when no answer is on its way any more, and waits until all streams have been sent
   * what they get of this revision.
   */
  void publishAndSend(Mesh mesh) {
    Await.until(
        "all is answered",
        () ->
            xds.nodes().stream()
                .flatMap(n -> n.types().values().stream())
                .noneMatch(NodeView.TypeView::waits));
    publish(mesh);
    Optional<Revision> revision = Optional.of(mesh.snapshot().revision());
    Await.until(
        "all streams are at revision " + revision,
        () ->
            !xds.nodes().isEmpty()
                && xds.nodes().stream().allMatch(n -> n.revision().equals(revision)));
  }

  /** What the only stream says of this type. */
  NodeView.TypeView type(ResourceType type) {
    return Optional.ofNullable(xds.nodes().get(0).types().get(type)).orElseThrow();
  }

  /** The next event of that kind; others before it are dropped. */
  <E extends StreamEvent> E event(Class<E> kind) {
    try {
      for (; ; ) {
        StreamEvent event = events.poll(10, TimeUnit.SECONDS);
        if (event == null) {
          throw new AssertionError("no " + kind.getSimpleName() + " within 10 s");
        }
        if (kind.isInstance(event)) {
          return kind.cast(event);
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    xds.drain(Duration.ofSeconds(2)).join();
    // After the port is given up, Netty's threads rest for two seconds: nobody need wait for it.
    var unused = server.stop();
    Await.until("the port is given up", () -> server.activePorts().isEmpty());
  }
}
