package dev.lish.trial;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerPort;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stand-ins for upstreams, each on a port of loopback: HTTP/1.1 and HTTP/2, with and without TLS on
 * the same port. They note what they are sent, and answer as they are told. Safe for use by several
 * threads.
 */
final class Stubs implements AutoCloseable {
  /** Says which request of a test it is; goes through Envoy like any header. */
  static final String HEADER = "x-lish-test";

  /** Says which cluster a request came through, in answers. */
  static final String CLUSTER_HEADER = "x-lish-test-upstream";

  private static final int MOST_NOTES = 200_000;

  private final Map<Key, Integer> ports = new LinkedHashMap<>();
  private final Map<Integer, Key> byPort = new ConcurrentHashMap<>();
  private final Map<Key, Step.Behaviour> behaviours = new ConcurrentHashMap<>();
  private final List<Server> servers = new ArrayList<>();
  private final List<Exchange.Received> notes = new ArrayList<>();

  /**
   * An upstream.
   *
   * @param cluster through which it is reached
   * @param address as the mesh has it
   */
  record Key(String cluster, String address) {}

  /**
   * Starts those that are not running yet.
   *
   * @param tls true: they understand TLS too, which takes a second to set up
   */
  synchronized void start(Set<Key> wanted, boolean tls) {
    List<Key> missing = wanted.stream().filter(key -> !ports.containsKey(key)).toList();
    if (missing.isEmpty()) {
      return;
    }
    ServerBuilder builder = Server.builder().gracefulShutdownTimeout(Duration.ZERO, Duration.ZERO);
    // A stub may be told to be slower than any default.
    builder.requestTimeout(Duration.ZERO).idleTimeout(Duration.ZERO).maxRequestLength(0);
    List<SessionProtocol> protocols = List.of(SessionProtocol.HTTP);
    if (tls) {
      protocols = List.of(SessionProtocol.HTTP, SessionProtocol.HTTPS);
      builder.tlsSelfSigned();
    }
    for (int i = 0; i < missing.size(); i++) {
      InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      builder.port(new ServerPort(any, protocols));
    }
    builder.serviceUnder("/", this::serve);
    Server server = builder.build();
    servers.add(server);
    server.start().join();
    List<Integer> open =
        server.activePorts().keySet().stream().map(InetSocketAddress::getPort).sorted().toList();
    for (int i = 0; i < missing.size(); i++) {
      ports.put(missing.get(i), open.get(i));
      byPort.put(open.get(i), missing.get(i));
    }
  }

  /** The port of an upstream that was started. */
  synchronized int port(Key key) {
    Integer port = ports.get(key);
    if (port == null) {
      throw new IllegalStateException(key + " was not started");
    }
    return port;
  }

  /** The upstreams of a cluster, in the order in which they were started. */
  synchronized List<Key> of(String cluster) {
    return ports.keySet().stream().filter(key -> key.cluster().equals(cluster)).toList();
  }

  /** The clusters that have upstreams. */
  synchronized Set<String> clusters() {
    Set<String> clusters = new java.util.TreeSet<>();
    ports.keySet().forEach(key -> clusters.add(key.cluster()));
    return clusters;
  }

  void behave(Key key, Step.Behaviour behaviour) {
    behaviours.put(key, behaviour);
  }

  /** All answer 200 again. */
  void reset() {
    behaviours.clear();
  }

  /** Forgets what was noted. */
  void forget() {
    synchronized (notes) {
      notes.clear();
    }
  }

  /** What came for this request of a test; a request that lost the header counts as well. */
  List<Exchange.Received> received(String test) {
    synchronized (notes) {
      return notes.stream().filter(n -> n.test().isEmpty() || n.test().equals(test)).toList();
    }
  }

  private HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    Key key = byPort.get(context.localAddress().getPort());
    if (key == null) {
      return HttpResponse.of(HttpStatus.NOT_FOUND);
    }
    Step.Behaviour behaviour = behaviours.getOrDefault(key, Step.Behaviour.WELL);
    boolean check = isHealthCheck(request);
    if (!check) {
      note(key, request);
    }
    if (behaviour.reset()) {
      HttpResponse broken = HttpResponse.streaming();
      broken.abort();
      return broken;
    }
    CompletableFuture<HttpResponse> answer =
        request
            .aggregate()
            .thenApply(whole -> check ? checked(whole, behaviour) : answer(key, behaviour));
    HttpResponse response = HttpResponse.of(answer);
    return behaviour.delay().isZero()
        ? response
        : HttpResponse.delayed(response, behaviour.delay(), context.eventLoop());
  }

  /** Envoy's own checks are no requests of a test. */
  private static boolean isHealthCheck(HttpRequest request) {
    return request.headers().get(HttpHeaderNames.USER_AGENT, "").equals("Envoy/HC")
        || request.path().equals("/grpc.health.v1.Health/Check");
  }

  private void note(Key key, HttpRequest request) {
    TreeMap<String, String> headers = new TreeMap<>();
    request
        .headers()
        .forEach(
            (name, value) ->
                headers.merge(
                    name.toString().toLowerCase(Locale.ROOT), value, (a, b) -> a + ", " + b));
    headers.putIfAbsent("host", request.headers().get(HttpHeaderNames.AUTHORITY, ""));
    synchronized (notes) {
      if (notes.size() < MOST_NOTES) {
        notes.add(
            new Exchange.Received(
                key.cluster(),
                headers.getOrDefault(HEADER, ""),
                request.method().name(),
                request.path(),
                headers));
      }
    }
  }

  private static HttpResponse answer(Key key, Step.Behaviour behaviour) {
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(HttpStatus.valueOf(behaviour.status()))
            .contentType(MediaType.PLAIN_TEXT_UTF_8)
            .set(CLUSTER_HEADER, key.cluster());
    behaviour.headers().forEach((name, value) -> headers.set(name.toLowerCase(Locale.ROOT), value));
    String body = behaviour.body().orElse(key.cluster() + " " + key.address() + "\n");
    return HttpResponse.of(headers.build(), HttpData.ofUtf8(body));
  }

  private static HttpResponse checked(AggregatedHttpRequest request, Step.Behaviour behaviour) {
    if (!request.path().equals("/grpc.health.v1.Health/Check")) {
      return HttpResponse.of(HttpStatus.valueOf(behaviour.status()));
    }
    // grpc.health.v1.HealthCheckResponse { status: SERVING = 1 | NOT_SERVING = 2 }, in one frame.
    byte status = (byte) (behaviour.status() == 200 ? 1 : 2);
    return HttpResponse.of(
        ResponseHeaders.of(HttpStatus.OK, HttpHeaderNames.CONTENT_TYPE, "application/grpc"),
        HttpData.wrap(new byte[] {0, 0, 0, 0, 2, 8, status}),
        HttpHeaders.of("grpc-status", 0));
  }

  @Override
  public synchronized void close() {
    List<CompletableFuture<Void>> stops = servers.stream().map(Server::stop).toList();
    for (CompletableFuture<Void> stop : stops) {
      // The ports are given up at once; what rests after that are Netty's threads.
      stop.orTimeout(50, java.util.concurrent.TimeUnit.MILLISECONDS)
          .exceptionally(late -> null)
          .join();
    }
    servers.clear();
  }
}
