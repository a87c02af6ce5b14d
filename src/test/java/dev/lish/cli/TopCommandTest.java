package dev.lish.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** {@code lish top} on a terminal: what the keys do. */
class TopCommandTest {
  static final String TRAFFIC =
      """
      {"window": "1m", "seconds": 58,
       "clusters": [
         {"cluster": "orders", "requests": 58, "rate": 1.0, "errorShare": 0, "p50": 1.5, "p95": 20.1,
          "p99": 30, "flags": {}, "callers": []},
         {"cluster": "users", "requests": 116, "rate": 2.0, "errorShare": 0.5, "p50": 9, "p95": 10,
          "p99": 11, "flags": {"UH": 58}, "callers": []},
         {"cluster": "payments", "requests": 1200, "rate": 20.69, "errorShare": 0.025, "p50": 4.2,
          "p95": 120.5, "p99": 900.25, "flags": {}, "callers": []}],
       "versions": [
         {"stage": "beta", "revision": 7, "requests": 5, "rate": 0.09, "errorShare": 0, "p50": 1,
          "p95": 1, "p99": 1, "flags": {}}]}
      """;

  private final AdminApiStub server = new AdminApiStub();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  TopCommandTest() throws IOException {}

  @AfterEach
  void stop() {
    server.close();
  }

  /** Gives these keys, one after each picture; a blank stands for none. */
  private static final class FakeScreen implements Screen {
    final List<List<String>> pictures = new ArrayList<>();
    final Size size;
    final String keys;
    Runnable beforeKey = () -> {};
    int given;
    boolean closed;

    FakeScreen(int rows, int columns, String keys) {
      size = new Size(rows, columns);
      this.keys = keys;
    }

    @Override
    public Size size() {
      return size;
    }

    @Override
    public void draw(List<String> lines) {
      pictures.add(List.copyOf(lines));
    }

    @Override
    public Optional<Character> key() {
      beforeKey.run();
      char key = keys.charAt(given++);
      return key == ' ' ? Optional.empty() : Optional.of(key);
    }

    @Override
    public void close() {
      closed = true;
    }

    /** The names of the rows of a picture. */
    List<String> rows(int picture) {
      List<String> lines = pictures.get(picture);
      return lines.subList(2, lines.size() - 1).stream()
          .filter(line -> !line.isEmpty())
          .map(line -> line.split(" ", 2)[0])
          .toList();
    }
  }

  private int run(FakeScreen screen, String... arguments) {
    server.answer("GET /api/v1/traffic", 200, TRAFFIC);
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, UTF_8),
            new PrintStream(out, true, UTF_8),
            new Terminal.Style(false, Optional.of(80)),
            Map.of("LISH_SERVER", server.url()),
            Path.of(""),
            Clock.systemUTC());
    TopCommand command = new TopCommand(terminal, to -> Optional.of(screen));
    return command.run(new Arguments(new CommandLine(command.spec()).parseArgs(arguments)));
  }

  @Test
  void keysSortAndReverse() {
    FakeScreen screen = new FakeScreen(8, 80, "s rssssr q");
    assertThat(run(screen)).isZero();
    assertThat(screen.rows(0)).containsExactly("payments", "users", "orders");
    assertThat(screen.rows(1)).as("errors").containsExactly("users", "payments", "orders");
    assertThat(screen.rows(3)).as("reversed").containsExactly("orders", "payments", "users");
    assertThat(screen.rows(4)).as("p50").containsExactly("orders", "payments", "users");
    assertThat(screen.rows(7)).as("name").containsExactly("users", "payments", "orders");
    assertThat(screen.rows(8)).containsExactly("orders", "payments", "users");
    assertThat(screen.pictures.get(7).get(0)).endsWith("by name, reversed");
    assertThat(screen.closed).isTrue();
    assertThat(screen.given).isEqualTo(screen.keys.length());
  }

  @Test
  void connectionsHaveNoDurations() {
    FakeScreen screen = new FakeScreen(8, 80, " q");
    String without = TRAFFIC.replaceAll("\"(p\\d\\d)\": [0-9.]+", "\"$1\": 0");
    screen.beforeKey = () -> server.answer("GET /api/v1/traffic", 200, without);
    assertThat(run(screen)).isZero();
    assertThat(screen.pictures.get(0).get(2)).matches("payments +21 +2.50% +4.2 +121 +900 .*");
    assertThat(screen.pictures.get(1).get(2)).matches("payments +21 +2.50% +- +- +- .*");
  }

  @Test
  void keysChangeTheWindowAndWhatIsShown() {
    FakeScreen screen = new FakeScreen(8, 80, "wwwvxq");
    assertThat(run(screen)).isZero();
    assertThat(screen.pictures)
        .extracting(lines -> lines.get(lines.size() - 1))
        .containsExactly(
            "s sort: rate  r reverse  w window: 1m  v versions  q quit",
            "s sort: rate  r reverse  w window: 5m  v versions  q quit",
            "s sort: rate  r reverse  w window: 1h  v versions  q quit",
            "s sort: rate  r reverse  w window: 1m  v versions  q quit",
            "s sort: rate  r reverse  w window: 1m  v clusters  q quit",
            "s sort: rate  r reverse  w window: 1m  v clusters  q quit");
    assertThat(screen.rows(4)).containsExactly("beta");
  }

  @Test
  void thePictureFitsTheScreen() {
    FakeScreen screen = new FakeScreen(5, 55, "q");
    assertThat(run(screen)).isZero();
    assertThat(screen.pictures.get(0)).hasSize(5).allMatch(line -> line.length() <= 55);
    assertThat(screen.rows(0)).containsExactly("paymen…", "…");
    assertThat(screen.pictures.get(0).get(3)).isEqualTo("… and 2 more");
  }

  @Test
  void aServerThatIsAwayIsAskedAgain() {
    FakeScreen screen = new FakeScreen(8, 80, "  q");
    screen.beforeKey =
        () -> server.answer("GET /api/v1/traffic", screen.given == 0 ? 500 : 200, TRAFFIC);
    assertThat(run(screen)).isZero();
    assertThat(screen.pictures.get(1).get(0)).contains("status 500");
    assertThat(screen.rows(1)).containsExactly("payments", "users", "orders");
    assertThat(screen.pictures.get(2).get(0)).startsWith("23.7 requests/s");
  }

  @Test
  void onceNeedsNoKeys() {
    FakeScreen screen = new FakeScreen(8, 80, "");
    assertThat(run(screen, "--once", "--reverse")).isZero();
    assertThat(out.toString(UTF_8).lines().skip(2).findFirst().orElseThrow()).startsWith("orders");
    assertThat(screen.pictures).isEmpty();
  }
}
