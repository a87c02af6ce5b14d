package dev.lish.app;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.grpc.GrpcServiceBuilder;
import dev.lish.config.AdminConfig;
import dev.lish.config.HostPort;
import dev.lish.config.ServerTls;
import dev.lish.config.XdsConfig;
import dev.lish.transport.ConnectionBuffers;
import dev.lish.transport.FramedCalls;
import dev.lish.transport.GzipRequests;
import dev.lish.transport.LateTcpAcks;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** The two ports that Lish opens: one for Envoys, one for people and Prometheus. */
final class Doors implements AutoCloseable {
  private static final Duration STOP = Duration.ofSeconds(5);

  /** Bytes that one read of a connection from an Envoy takes. */
  private static final int LEAST_READ = 1 << 10;

  private static final int MOST_READ = 16 << 10;

  private final Certificates certificates;
  private final List<Server> servers = new ArrayList<>();

  Doors(Certificates certificates) {
    this.certificates = certificates;
  }

  /** Opens the port for Envoys; gives the port that it listens on. */
  int openXds(
      XdsConfig config,
      List<ServerServiceDefinition> services,
      Optional<ServerInterceptor> interceptor)
      throws StartException {
    ServerBuilder builder =
        builder(config.address(), config.port(), config.tls(), certificates.xds());
    serveEnvoys(builder, config, services, interceptor);
    return start(
        "xds",
        builder,
        new HostPort(config.address(), config.port()).toString(),
        certificates.xds());
  }

  /** Opens a port for access logs alone, with event loops of its own: a flood stays there. */
  int openAccessLogs(
      XdsConfig like,
      int port,
      ServerServiceDefinition service,
      Optional<ServerInterceptor> interceptor)
      throws StartException {
    ServerBuilder builder = builder(like.address(), port, like.tls(), certificates.xds());
    int loops = Runtime.getRuntime().availableProcessors();
    builder.workerGroup(EventLoopGroups.newEventLoopGroup(loops, "lish-log-loop", true), true);
    serveEnvoys(builder, like, List.of(service), interceptor);
    return start(
        "access_logs", builder, new HostPort(like.address(), port).toString(), certificates.xds());
  }

  private static void serveEnvoys(
      ServerBuilder builder,
      XdsConfig config,
      List<ServerServiceDefinition> services,
      Optional<ServerInterceptor> interceptor) {
    int mostBytes = Math.toIntExact(config.limits().maxRequestBytes());
    GrpcServiceBuilder grpc =
        GrpcService.builder()
            .maxRequestMessageLength(mostBytes)
            // Envoy speaks protobuf; JSON would need messages with descriptors, which ours lack.
            .supportedSerializationFormats(GrpcSerializationFormats.PROTO)
            .decompressorRegistry(GzipRequests.REGISTRY)
            // Streams live on their event loop; nothing there blocks.
            .useBlockingTaskExecutor(false);
    for (ServerServiceDefinition service : services) {
      grpc.addService(
          interceptor.map(i -> ServerInterceptors.intercept(service, i)).orElse(service));
    }
    grpc.intercept(new FramedCalls(mostBytes));
    // All of these would count a whole stream, which lasts as long as its Envoy.
    builder.requestTimeoutMillis(0).maxRequestLength(0).idleTimeoutMillis(0);
    // A peer that vanished without a word is noticed by an unanswered ping.
    builder
        .pingInterval(config.lifetimes().pingInterval())
        .http2MaxStreamsPerConnection(Integer.MAX_VALUE);
    // A message that has not come whole holds the buffers that it was read into; with Netty's
    // 64 KiB some thousand streams of access logs would hold all memory outside the heap.
    builder.childChannelOption(
        ChannelOption.RCVBUF_ALLOCATOR,
        // One read of a connection in a turn, not the 16 of a channel's own allocator: with these
        // the buffers of 2,300 streams that never pause grow to some 400 KiB each.
        new AdaptiveRecvByteBufAllocator(LEAST_READ, LEAST_READ, MOST_READ).maxMessagesPerRead(1));
    builder.childChannelPipelineCustomizer(
        pipeline -> {
          pipeline.addFirst(new LateTcpAcks());
          ConnectionBuffers.customize(pipeline);
        });
    // Envoys that go away break their streams, which is counted, and no news for the log; what our
    // services throw they tell themselves.
    builder.unhandledExceptionsReportInterval(Duration.ZERO);
    builder.service(grpc.build());
  }

  /** Opens the port for the admin API, the page and metrics. */
  int openAdmin(AdminConfig config, Consumer<ServerBuilder> services) throws StartException {
    ServerBuilder builder =
        builder(config.address(), config.port(), config.tls(), certificates.admin());
    builder.maxRequestLength(64L << 20).requestTimeout(Duration.ofSeconds(60));
    services.accept(builder);
    return start(
        "admin",
        builder,
        new HostPort(config.address(), config.port()).toString(),
        certificates.admin());
  }

  private static ServerBuilder builder(
      String address, int port, Optional<ServerTls> tls, Optional<TlsMaterial> material) {
    ServerBuilder builder = Server.builder();
    InetSocketAddress local = new InetSocketAddress(address, port);
    builder.port(local, tls.isPresent() ? SessionProtocol.HTTPS : SessionProtocol.HTTP);
    builder.gracefulShutdownTimeout(Duration.ZERO, Duration.ofSeconds(2));
    if (tls.isPresent()) {
      TlsMaterial files = material.orElseThrow();
      builder.tls(ReloadingKeyManager.factory(files));
      if (tls.get().clientCa().isPresent()) {
        boolean required = tls.get().requireClientCertificate();
        builder.tlsCustomizer(
            ssl ->
                ssl.clientAuth(required ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL)
                    .trustManager(new ReloadingTrustManager(files)));
      }
    }
    return builder;
  }

  private int start(String name, ServerBuilder builder, String at, Optional<TlsMaterial> material)
      throws StartException {
    Server server;
    try {
      server = builder.build();
      server.start().join();
    } catch (CompletionException | IllegalStateException e) {
      throw new StartException(
          name
              + ": cannot listen on "
              + at
              + ": "
              + reason(e)
              + " (expected: a free port of this host; "
              + name
              + ".port and "
              + name
              + ".address in lish.yaml)",
          e);
    }
    servers.add(server);
    material.ifPresent(m -> m.watch(loaded -> forgetSessions(server, loaded)));
    return server.activeLocalPort();
  }

  /**
   * A resumed session skips the check of the client's certificate, so none may outlive a change of
   * the authorities. Sessions of another context are not resumed.
   */
  private static void forgetSessions(Server server, TlsMaterial.Loaded loaded) {
    SslContext context = server.config().defaultVirtualHost().sslContext();
    if (context != null && context.sessionContext() instanceof OpenSslServerSessionContext open) {
      open.setSessionIdContext(loaded.hash().toString().getBytes(US_ASCII));
    }
  }

  @Override
  public void close() {
    stop(servers);
  }

  /** Why a server did not start, without the names of Netty's exceptions. */
  static String reason(RuntimeException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    String message = String.valueOf(cause.getMessage());
    if (message.contains("Address already in use")) {
      return "in use by another process";
    }
    return message.isEmpty() ? cause.toString() : message;
  }

  /** Stops servers together, and waits until their ports are free. */
  static void stop(List<Server> servers) {
    List<CompletableFuture<Void>> stops = servers.stream().map(Server::stop).toList();
    long end = System.nanoTime() + STOP.toNanos();
    for (int i = 0; i < stops.size(); i++) {
      // After the ports are given up, Netty's threads rest for two seconds: nobody need wait for
      // it.
      while (!stops.get(i).isDone()
          && !servers.get(i).activePorts().isEmpty()
          && System.nanoTime() < end) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
      }
    }
  }
}
