package dev.lish.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lish.config.LishConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs commands in this process and keeps what they print. */
final class CommandLineRun {
  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  final List<String> served = new ArrayList<>();
  private final Path directory;
  private final Map<String, String> environment = new HashMap<>();
  private Terminal.Style style = Terminal.Style.PLAIN;

  /** What came of a command. */
  record Result(int exitCode, String out, String err) {}

  CommandLineRun(Path directory) {
    this.directory = directory;
  }

  CommandLineRun with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  CommandLineRun onATerminal(int width) {
    style = new Terminal.Style(true, Optional.of(width));
    return this;
  }

  Result run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            style,
            environment,
            directory,
            Clock.fixed(NOW, ZoneOffset.UTC));
    int exitCode = new Main(terminal, this::serve).run(arguments);
    terminal.out().flush();
    terminal.err().flush();
    return new Result(exitCode, out.toString(UTF_8), err.toString(UTF_8));
  }

  private int serve(LishConfig config, boolean demo) {
    served.add((demo ? "demo " : "serve ") + config.ports().xds().port());
    return 0;
  }
}
