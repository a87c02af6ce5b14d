package dev.lish.trial;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lish.model.SnapshotKey;
import dev.lish.trial.wire.Answer;
import dev.lish.trial.wire.HttpConnection;
import java.io.File;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A real Envoy that a test has started, asked over its admin page. */
final class RunningEnvoy {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final String OWN_ADMIN_PORT =
      "admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }";
  private static final int LOG_BYTES = 256 << 10;

  private final SnapshotKey key;
  private final Process process;
  private final Path folder;
  private Map<String, Integer> ports = Map.of();

  private RunningEnvoy(SnapshotKey key, Process process, Path folder) {
    this.key = key;
    this.process = process;
    this.folder = folder;
  }

  /**
   * Starts one with a bootstrap; it need not be ready when this returns.
   *
   * @param key what it gets
   * @param folder for its files alone
   */
  static RunningEnvoy start(
      EnvoyBinary binary, SnapshotKey key, Path folder, String bootstrap, Leftovers leftovers)
      throws TrialException {
    try {
      Path file = Files.writeString(folder.resolve("bootstrap.yaml"), bootstrap);
      List<String> command = new ArrayList<>();
      command.add(binary.path().toString());
      // Merged over the bootstrap: many Envoys run side by side, so each takes a port that is free.
      command.addAll(List.of("-c", file.toString(), "--config-yaml", OWN_ADMIN_PORT));
      command.addAll(List.of("--admin-address-path", folder.resolve("admin").toString()));
      // No hot restart: no shared memory, so no base id to share or to choose.
      command.addAll(List.of("--disable-hot-restart", "--concurrency", "1"));
      // A drained listener tells every connection at once, so that a test can expect it.
      command.addAll(List.of("--drain-strategy", "immediate"));
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
              .redirectOutput(folder.resolve("envoy.log").toFile());
      return new RunningEnvoy(key, leftovers.start(builder), folder);
    } catch (IOException e) {
      throw new TrialException(folder + " cannot be written: " + e.getMessage(), e);
    }
  }

  SnapshotKey key() {
    return key;
  }

  Process process() {
    return process;
  }

  /** True when it has ended by itself. */
  boolean hasEnded() {
    return !process.isAlive();
  }

  /** True when it is live: nothing warms, and listeners are open. */
  boolean isReady() throws IOException {
    Path address = folder.resolve("admin");
    if (!Files.exists(address) || Files.size(address) == 0) {
      return false;
    }
    if (get("/ready").status() != 200) {
      return false;
    }
    Map<String, Long> stats = stats();
    boolean still =
        stats.getOrDefault("cluster_manager.warming_clusters", 0L) == 0
            && stats.getOrDefault("listener_manager.total_listeners_warming", 0L) == 0
            && stats.getOrDefault("listener_manager.workers_started", 0L) == 1;
    if (still) {
      ports = listenerPorts();
    }
    return still;
  }

  private Map<String, Long> stats() throws IOException {
    String filter =
        "^(cluster_manager.warming_clusters|listener_manager.total_listeners_warming"
            + "|listener_manager.workers_started)$";
    Map<String, Long> stats = new TreeMap<>();
    String path = "/stats?filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8);
    for (String line : get(path).body().lines().toList()) {
      int colon = line.lastIndexOf(": ");
      if (colon > 0) {
        stats.put(line.substring(0, colon), Long.parseLong(line.substring(colon + 2).strip()));
      }
    }
    return stats;
  }

  private Map<String, Integer> listenerPorts() throws IOException {
    Map<String, Integer> open = new TreeMap<>();
    JsonNode listeners = JSON.readTree(get("/listeners?format=json").body());
    for (JsonNode status : listeners.path("listener_statuses")) {
      open.put(
          status.path("name").asText(),
          status.path("local_address").path("socket_address").path("port_value").asInt());
    }
    return open;
  }

  /** The ports of its listeners, by name, as of the last time that it was ready. */
  Map<String, Integer> ports() {
    return ports;
  }

  /** Sets a runtime key in the admin layer, which wins; an empty value takes it away. */
  void setRuntime(Map<String, String> values) throws IOException {
    List<String> pairs = new ArrayList<>();
    values.forEach(
        (name, value) ->
            pairs.add(
                URLEncoder.encode(name, StandardCharsets.UTF_8)
                    + "="
                    + URLEncoder.encode(value, StandardCharsets.UTF_8)));
    post("/runtime_modify?" + String.join("&", pairs));
  }

  /** Its listeners go on, and ask every client to go elsewhere. */
  void drain() throws IOException {
    post("/drain_listeners?graceful&skip_exit");
  }

  private void post(String path) throws IOException {
    Answer answer = send("POST " + path);
    if (answer.status() != 200) {
      throw new IOException(
          "Envoy's admin page: " + path + ": " + answer.status() + " " + answer.body().strip());
    }
  }

  private Answer get(String path) throws IOException {
    return send("GET " + path);
  }

  private Answer send(String target) throws IOException {
    String address = Files.readString(folder.resolve("admin")).strip();
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    try (HttpConnection connection = HttpConnection.open("127.0.0.1", port, TIMEOUT_MILLIS)) {
      return connection.exchange(target, Map.of("host", "admin", "connection", "close"), "");
    }
  }

  /** Which one, for people. */
  @Override
  public String toString() {
    return "Envoy of " + key;
  }

  /** The end of its log, bounded. */
  EnvoyLog log() {
    Path file = folder.resolve("envoy.log");
    try (var in = Files.newByteChannel(file)) {
      in.position(Math.max(0, in.size() - LOG_BYTES));
      return new EnvoyLog(
          new String(Channels.newInputStream(in).readNBytes(LOG_BYTES), StandardCharsets.UTF_8));
    } catch (IOException e) {
      return new EnvoyLog(file + ": " + e);
    }
  }
}
