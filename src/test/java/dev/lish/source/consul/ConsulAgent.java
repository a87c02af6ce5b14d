package dev.lish.source.consul;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** A real Consul in development mode on free ports, for one test class; and what asks it. */
final class ConsulAgent implements AutoCloseable {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Path binary;
  private final Path log;
  private final List<String> extra;
  private final int http = freePort();
  private final int serf = freePort();
  private final int server = freePort();
  private Process process;

  private ConsulAgent(Path binary, Path folder, List<String> extra) throws IOException {
    this.binary = binary;
    this.extra = List.copyOf(extra);
    log = Files.createTempFile(folder, "consul", ".log");
    process = launch();
  }

  /** Starts one; skips the test, loudly, where there is no binary, and fails it under CI. */
  static ConsulAgent start(Path folder, String... extra) throws IOException {
    Path binary = find();
    ConsulAgent agent = new ConsulAgent(binary, folder, List.of(extra));
    agent.awaitReady();
    return agent;
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + http);
  }

  int port() {
    return http;
  }

  long pid() {
    return process.pid();
  }

  void kill() {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A new, empty Consul on the same ports; its indexes begin anew. */
  void restart() throws IOException {
    kill();
    process = launch();
    awaitReady();
  }

  void put(String path, String body) {
    HttpResponse<String> response = send("PUT", path, body);
    if (response.statusCode() != 200) {
      fail("PUT %s: %s %s", path, response.statusCode(), response.body());
    }
  }

  /** Registers an instance of a service, on port 9000 and up, with a check of this status. */
  void register(String service, String id, int port, String status, String more) {
    put(
        "/v1/agent/service/register",
        """
        {"Name": "%s", "ID": "%s", "Address": "127.0.0.1", "Port": %d, %s
         "Check": {"CheckID": "check-%s", "TTL": "1h", "Status": "%s"}}
        """
            .formatted(service, id, port, more, id, status));
  }

  void check(String id, String status) {
    put("/v1/agent/check/update/check-" + id, "{\"Status\": \"" + status + "\"}");
  }

  static void await(String what, Duration within, BooleanSupplier condition) {
    long deadline = System.nanoTime() + within.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        fail("not within %s: %s", within, what);
      }
      try {
        TimeUnit.MILLISECONDS.sleep(2);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        fail("interrupted");
      }
    }
  }

  HttpResponse<String> send(String method, String path, String body) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(address().resolve(path))
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .timeout(Duration.ofSeconds(10))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IllegalStateException(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    kill();
  }

  private Process launch() throws IOException {
    List<String> command =
        new ArrayList<>(List.of(binary.toString(), "agent", "-dev", "-log-level=warn"));
    command.addAll(List.of("-bind=127.0.0.1", "-client=127.0.0.1", "-http-port=" + http));
    command.addAll(List.of("-dns-port=-1", "-grpc-port=-1", "-grpc-tls-port=-1"));
    command.addAll(List.of("-serf-lan-port=" + serf, "-serf-wan-port=-1"));
    command.addAll(List.of("-server-port=" + server));
    command.addAll(extra);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  private void awaitReady() {
    await("Consul is ready, see " + log, Duration.ofSeconds(60), this::hasItsNode);
  }

  private boolean hasItsNode() {
    if (!process.isAlive()) {
      fail("Consul ended with %s, see %s", process.exitValue(), log);
    }
    try {
      // The anonymous token of an agent with access control sees no node, but is answered.
      HttpResponse<String> nodes = send("GET", "/v1/health/service/consul", "");
      return nodes.statusCode() == 200
          && (nodes.body().contains("serfHealth") || extra.toString().contains("acl"));
    } catch (IllegalStateException notYet) {
      return false;
    }
  }

  private static Path find() throws IOException {
    String named = System.getenv("LISH_CONSUL");
    if (named != null) {
      return Path.of(named);
    }
    String cacheHome = System.getenv("XDG_CACHE_HOME");
    Path cache =
        cacheHome == null ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cacheHome);
    List<Path> candidates = new ArrayList<>();
    if (Files.isDirectory(cache.resolve("lish"))) {
      try (Stream<Path> folders = Files.list(cache.resolve("lish"))) {
        folders
            .filter(f -> f.getFileName().toString().startsWith("consul-"))
            .sorted()
            .forEach(f -> candidates.add(f.resolve("consul")));
      }
    }
    String path = System.getenv("PATH");
    for (String folder : (path == null ? "" : path).split(":", -1)) {
      candidates.add(Path.of(folder, "consul"));
    }
    for (Path candidate : candidates) {
      if (Files.isExecutable(candidate)) {
        return candidate;
      }
    }
    if ("true".equals(System.getenv("CI"))) {
      return fail("no Consul: set LISH_CONSUL to its binary");
    }
    System.err.println("!!! SKIPPED: no Consul found; set LISH_CONSUL to its binary");
    return abort("no Consul");
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
