package dev.lish.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A real Envoy with its own admin port, whatever its bootstrap says of one. Its folder is kept in
 * {@code target/} for a look after a failure.
 */
public final class EnvoyProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  // Merged over the bootstrap: many Envoys run side by side, so each takes a port that is free.
  private static final String OWN_ADMIN_PORT =
      "admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }";

  private final Child child;
  private final Path adminAddress;
  private final EnvoyLog log;

  private EnvoyProcess(Child child, Path adminAddress) {
    this.child = child;
    this.adminAddress = adminAddress;
    this.log = new EnvoyLog(child::output);
  }

  /**
   * Starts an Envoy; it need not be ready when this returns.
   *
   * @param envoy which
   * @param bootstrap YAML
   * @param arguments more of the command line, such as {@code --service-node}
   */
  public static EnvoyProcess start(Envoys.Envoy envoy, String bootstrap, String... arguments) {
    try {
      Path parent = Files.createDirectories(Path.of("target", "envoys").toAbsolutePath());
      Path folder = Files.createTempDirectory(parent, envoy.version() + "-");
      Path file = Files.writeString(folder.resolve("bootstrap.yaml"), bootstrap);
      Path adminAddress = folder.resolve("admin.address");
      List<String> command = new ArrayList<>();
      command.add(envoy.path().toString());
      command.addAll(List.of("-c", file.toString(), "--config-yaml", OWN_ADMIN_PORT));
      command.addAll(List.of("--admin-address-path", adminAddress.toString()));
      // No hot restart: no shared memory, so no base id to share or to choose.
      command.addAll(List.of("--disable-hot-restart", "--concurrency", "1"));
      command.addAll(List.of(arguments));
      return new EnvoyProcess(
          Child.start(folder, folder.resolve("envoy.log"), command), adminAddress);
    } catch (IOException e) {
      throw new AssertionError("cannot prepare an Envoy", e);
    }
  }

  /** Waits until Envoy says that it is live: it has its first clusters and listeners. */
  public EnvoyProcess awaitReady() {
    try {
      Await.until("Envoy is live", () -> Http.get(admin() + "/ready").status() == 200);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "; its log:\n" + tail(), e);
    }
    return this;
  }

  /** The address of the admin interface, e.g. {@code http://127.0.0.1:39201}. */
  public String admin() {
    return "http://"
        + Await.value(
            "Envoy has written its admin address",
            () -> {
              child.assertAlive();
              return Files.exists(adminAddress)
                  ? Optional.of(Files.readString(adminAddress).strip()).filter(a -> !a.isEmpty())
                  : Optional.empty();
            });
  }

  /** GET of a path of the admin interface. */
  public String get(String path) {
    return expectOk(path, Http.get(admin() + path));
  }

  /** POST to a path of the admin interface, e.g. {@code /drain_listeners}. */
  public String post(String path) {
    return expectOk(path, Http.send("POST", admin() + path, ""));
  }

  /** GET of a path that answers JSON. */
  public JsonNode json(String path) {
    try {
      return JSON.readTree(get(path));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it has been given, with endpoints: {@code /config_dump?include_eds}. */
  public JsonNode configDump() {
    return json("/config_dump?include_eds");
  }

  /** The hosts of a cluster as {@code address:port}, as Envoy itself lists them. */
  public List<String> hosts(String cluster) {
    List<String> hosts = new ArrayList<>();
    for (JsonNode status : json("/clusters?format=json").path("cluster_statuses")) {
      if (status.path("name").asText().equals(cluster)) {
        for (JsonNode host : status.path("host_statuses")) {
          JsonNode socket = host.path("address").path("socket_address");
          hosts.add(socket.path("address").asText() + ":" + socket.path("port_value").asInt());
        }
      }
    }
    return hosts;
  }

  /** A counter or gauge; empty when Envoy has none of this name. */
  public OptionalLong stat(String name) {
    for (String line : get("/stats").lines().toList()) {
      if (line.startsWith(name + ": ")) {
        return OptionalLong.of(Long.parseLong(line.substring(name.length() + 2)));
      }
    }
    return OptionalLong.empty();
  }

  /** The final value of a runtime key; empty when no layer has it. */
  public Optional<String> runtime(String key) {
    return Optional.ofNullable(json("/runtime").path("entries").path(key).path("final_value"))
        .filter(JsonNode::isValueNode)
        .map(JsonNode::asText);
  }

  /** The port on which a listener really listens; waits until it does. */
  public int listenerPort(String listener) {
    return Await.value(
        "Envoy listens for " + listener,
        () -> {
          for (JsonNode status : json("/listeners?format=json").path("listener_statuses")) {
            if (status.path("name").asText().equals(listener)) {
              return Optional.of(
                  status.path("local_address").path("socket_address").path("port_value").asInt());
            }
          }
          return Optional.empty();
        });
  }

  /** Its log. */
  public EnvoyLog log() {
    return log;
  }

  /** False when it has ended. */
  public boolean isAlive() {
    return child.isAlive();
  }

  /** Its process id. */
  public long pid() {
    return child.pid();
  }

  /** Ends it, by force when it does not end by itself. */
  @Override
  public void close() {
    child.close();
  }

  private static String expectOk(String path, Http.Answer answer) {
    if (answer.status() != 200) {
      throw new AssertionError(path + ": " + answer + " (expected: 200)");
    }
    return answer.body();
  }

  private String tail() {
    byte[] all = child.output().getBytes(UTF_8);
    int from = Math.max(0, all.length - 4000);
    return new String(all, from, all.length - from, UTF_8);
  }
}
