package dev.lish.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Connections, which have no status, method or path. */
class LogsCommandTest {
  private static final String RED = "\033[31m";

  private final AdminApiStub server = new AdminApiStub();

  LogsCommandTest() throws IOException {}

  @AfterEach
  void stop() {
    server.close();
  }

  private List<String> lines(String... entries) {
    server.answer("GET /api/v1/logs", 200, String.join("\n", entries) + "\n");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, UTF_8),
            new PrintStream(out, true, UTF_8),
            new Terminal.Style(true, Optional.empty()),
            Map.of("LISH_SERVER", server.url()),
            Path.of(""),
            Clock.systemUTC());
    LogsCommand command = new LogsCommand(terminal);
    Arguments all = new Arguments(new CommandLine(command.spec()).parseArgs());
    assertThat(command.run(all)).isZero();
    return out.toString(UTF_8).lines().toList();
  }

  @Test
  void aConnectionThatWentWellIsNotRed() {
    List<String> lines =
        lines(
            "{\"time\":\"T\",\"node_cluster\":\"edge\",\"cluster\":\"db\",\"duration_ms\":1.5,"
                + "\"received\":7,\"sent\":9}",
            "{\"time\":\"T\",\"node_cluster\":\"edge\",\"cluster\":\"db\",\"duration_ms\":0.1,"
                + "\"received\":0,\"sent\":0,\"flags\":[\"UH\"],\"termination\":\"why\"}",
            "{\"time\":\"T\",\"node_cluster\":\"edge\",\"cluster\":\"web\",\"duration_ms\":2,"
                + "\"received\":1,\"sent\":1,\"status\":0,\"method\":\"GET\","
                + "\"authority\":\"a\",\"path\":\"/p\"}");

    assertThat(lines.get(0)).isEqualTo("T  tcp  -  1.5ms  edge -> db  7 bytes received, 9 sent  -");
    assertThat(lines.get(1))
        .startsWith(RED + "T  tcp  UH  0.1ms  edge -> db  0 bytes received, 0 sent  why");
    assertThat(lines.get(2)).startsWith(RED + "T  0  -  2.0ms  edge -> web  GET  a/p  -");
  }
}
