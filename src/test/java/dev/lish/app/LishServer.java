package dev.lish.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lish.config.LishConfig;
import dev.lish.testing.Await;
import dev.lish.testing.Http;
import dev.lish.testing.PushBody;
import dev.lish.testing.Recorder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A whole Lish in this process, on free ports, asked as an operator would: over its API. */
public final class LishServer implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path data;
  private final Path mesh;
  private final String settings;
  private final Recorder recorder = new Recorder();
  private final MovableClock clock = new MovableClock();
  private int xdsPort;
  private Optional<Lish> lish = Optional.empty();

  private LishServer(Path folder, Path mesh, String settings) {
    this.data = folder.resolve("data");
    this.mesh = mesh;
    this.settings = settings;
  }

  /**
   * Starts it with an embedded Central Dogma, unless the settings name a real one.
   *
   * @param folder for its data
   * @param mesh the folder that seeds it
   * @param settings more of {@code lish.yaml}; its {@code xds:} and {@code admin:} replace ours
   */
  public static LishServer start(Path folder, Path mesh, String... settings) {
    LishServer server = new LishServer(folder, mesh, String.join("\n", settings));
    server.start();
    return server;
  }

  /** Starts it again after {@link #stop}, on the same port for Envoys and with the same data. */
  public void start() {
    String text =
        String.join(
            "\n",
            "data_dir: " + data,
            "config_dir: " + mesh,
            settings.contains("admin:") ? "" : "admin: { port: 0 }",
            settings.contains("xds:")
                ? ""
                : "xds: { port: " + xdsPort + ", limits: { stop_time: 1s } }",
            settings.contains("central_dogma:") ? "" : "embedded_central_dogma: { port: 0 }",
            settings,
            "");
    LishConfig config =
        LishConfig.parse("lish.yaml", text)
            .match(
                LishConfig.Outcome.Settings::config,
                wrong -> {
                  throw new AssertionError(wrong.problems().toString());
                });
    try {
      Lish started = Lish.start(config, clock, Optional.of(recorder));
      xdsPort = started.ports().xds();
      lish = Optional.of(started);
    } catch (StartException e) {
      throw new AssertionError(e.getMessage(), e);
    }
  }

  /** Stops it, as SIGTERM would. */
  public void stop() {
    lish.ifPresent(Lish::close);
    lish = Optional.empty();
  }

  /** Deletes what it kept; it must be stopped. */
  public void eraseData() {
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The running server. */
  public Lish lish() {
    return lish.orElseThrow();
  }

  /** What was said on every stream, before and after restarts. */
  public Recorder recorder() {
    return recorder;
  }

  /** The port for Envoys. */
  public int xdsPort() {
    return xdsPort;
  }

  /** Its data folder. */
  public Path data() {
    return data;
  }

  /** The folder on disk that {@link #push} sends. */
  public Path mesh() {
    return mesh;
  }

  /** Moves its clock forward. */
  public void advance(Duration by) {
    clock.advance(by);
  }

  /** Waits until it is ready. */
  public LishServer awaitReady() {
    Await.until("Lish is ready", () -> Http.get(url("/readyz")).status() == 200);
    return this;
  }

  /** An absolute URL of the admin API. */
  public String url(String path) {
    return "http://127.0.0.1:" + lish().ports().admin() + path;
  }

  /** GET of the API. */
  public JsonNode get(String path) {
    Http.Answer answer = Http.get(url("/api/v1" + path));
    if (answer.status() != 200) {
      throw new AssertionError(path + ": " + answer);
    }
    return parse(answer.body());
  }

  /** POST to the API, with the token; whatever the answer is. */
  public Http.Answer post(String path, Map<String, ?> body) {
    try {
      return post(path, JSON.writeValueAsString(body));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Http.Answer post(String path, String json) {
    return Http.send(
        "POST",
        url("/api/v1" + path),
        json,
        "Content-Type",
        "application/json",
        "Authorization",
        "Bearer " + lish().token());
  }

  /** An order that must succeed. */
  public JsonNode order(String path, Map<String, ?> body) {
    Http.Answer answer = post(path, body);
    if (answer.status() != 200) {
      throw new AssertionError(path + " " + body + ": " + answer);
    }
    return parse(answer.body());
  }

  /** Makes the mesh equal to the folder on disk; gives the answer. */
  public Http.Answer tryPush(String message) {
    return post("/push", PushBody.of(mesh, message));
  }

  /** The same, which must succeed; gives the new revision. */
  public int push(String message) {
    Http.Answer answer = tryPush(message);
    if (answer.status() != 200) {
      throw new AssertionError("push: " + answer);
    }
    return parse(answer.body()).path("revision").asInt();
  }

  /** What the API says of a stage. */
  public JsonNode stage(String name) {
    for (JsonNode stage : get("/delivery").path("stages")) {
      if (stage.path("name").asText().equals(name)) {
        return stage;
      }
    }
    throw new AssertionError("no stage " + name);
  }

  /** Waits until the stage serves this revision. */
  public void awaitServing(String stage, int revision) {
    Await.until(
        stage + " serves revision " + revision,
        () -> stage(stage).path("serving").asInt() == revision);
  }

  /** Waits until an Envoy is in this state. */
  public void awaitNode(String id, String state) {
    Await.until(
        id + " is " + state,
        () -> {
          for (JsonNode node : get("/nodes").path("nodes")) {
            if (node.path("id").asText().equals(id) && node.path("state").asText().equals(state)) {
              return true;
            }
          }
          return false;
        });
  }

  /** A bootstrap for an Envoy of this identity, with more options as pairs of name and value. */
  public String bootstrap(String id, String cluster, String... options) {
    StringBuilder query =
        new StringBuilder("/api/v1/bootstrap?node_id=" + id + "&node_cluster=" + cluster);
    query.append("&server=127.0.0.1:").append(xdsPort);
    for (int i = 0; i < options.length; i += 2) {
      query.append('&').append(options[i]).append('=').append(options[i + 1]);
    }
    Http.Answer answer = Http.get(url(query.toString()));
    if (answer.status() != 200) {
      throw new AssertionError(query + ": " + answer);
    }
    return answer.body();
  }

  /** The revision of the folder at each stage, in order. */
  public List<String> serving() {
    return lish().view().stages().stream()
        .map(s -> s.name() + "@" + s.serving().map(Object::toString).orElse("none"))
        .toList();
  }

  private static JsonNode parse(String body) {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw new UncheckedIOException(body, e);
    }
  }

  @Override
  public void close() {
    stop();
  }
}
