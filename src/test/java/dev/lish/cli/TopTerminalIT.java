package dev.lish.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import dev.lish.testing.Script;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lish top} on a real pseudo-terminal, which script(1) makes. */
class TopTerminalIT {
  @TempDir Path folder;

  private Process start(Path program, AdminApiStub server, Path screen) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String command =
        "stty rows 12 columns 70; '%s' -XX:TieredStopAtLevel=1 -cp '%s' %s top --server %s; stty -a"
            .formatted(
                java,
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName(),
                server.url());
    ProcessBuilder script =
        new ProcessBuilder(program.toString(), "-qefc", command, "/dev/null")
            .redirectErrorStream(true)
            .redirectOutput(screen.toFile());
    script.environment().put("TERM", "xterm");
    script.environment().put("SHELL", "/bin/sh");
    return script.start();
  }

  private static void press(OutputStream keys, String key) throws IOException {
    keys.write(key.getBytes(UTF_8));
    keys.flush();
  }

  private static void awaitOn(Path screen, String text) {
    Await.until(text, () -> Files.readString(screen).contains(text));
  }

  /** What somebody does at the keyboard, and sees. */
  @FunctionalInterface
  private interface Session {
    void with(OutputStream keys) throws Exception;
  }

  /** Starts `lish top`, and ends it whatever happens; it must have ended by itself. */
  private void run(Path screen, Session session) throws Exception {
    Path script = Script.require();
    try (AdminApiStub server = new AdminApiStub()) {
      server.answer("GET /api/v1/traffic", 200, TopCommandTest.TRAFFIC);
      Process top = start(script, server, screen);
      try (OutputStream keys = top.getOutputStream()) {
        session.with(keys);
        assertThat(top.waitFor(20, TimeUnit.SECONDS)).isTrue();
      } finally {
        top.destroy();
      }
    }
  }

  @Test
  void keysAreTakenAtOnceAndTheTerminalIsAsBeforeAfterwards() throws Exception {
    Path screen = folder.resolve("screen");
    run(
        screen,
        keys -> {
          awaitOn(screen, "s sort: rate  r reverse  w window: 1m");
          press(keys, "s");
          awaitOn(screen, "by errors");
          press(keys, "r");
          awaitOn(screen, "by errors, reversed");
          press(keys, "w");
          awaitOn(screen, "w window: 5m");
          press(keys, "q");
          awaitOn(screen, "\033[?1049l");
        });
    assertThat(settings(screen)).contains(" icanon", " echo ", "susp = ^Z");
  }

  @Test
  void theTerminalIsAsBeforeAfterControlC() throws Exception {
    Path screen = folder.resolve("screen");
    run(
        screen,
        keys -> {
          awaitOn(screen, "s sort: rate");
          press(keys, "\003");
          awaitOn(screen, "\033[?7h\033[?25h\033[?1049l");
        });
  }

  /** What stty(1) says of the terminal at the end. */
  private static String settings(Path screen) throws IOException {
    String all = Files.readString(screen);
    return all.substring(all.lastIndexOf("\033[?1049l"));
  }
}
