package dev.lish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void nothingIsCutInAPipe() {
    assertThat(print(Terminal.Style.PLAIN))
        .containsExactly("ID      MESSAGE", "edge-1  " + "x".repeat(200), "e       y z");
  }

  @Test
  void theWidestColumnIsCutOnATerminal() {
    List<String> lines = print(new Terminal.Style(false, Optional.of(40)));
    assertThat(lines).allMatch(line -> line.length() <= 40);
    assertThat(lines.get(1)).startsWith("edge-1  xxx").endsWith("…");
  }

  @Test
  void agesHaveOneUnit() {
    assertThat(Ages.of(Duration.ofSeconds(59))).isEqualTo("59s");
    assertThat(Ages.of(Duration.ofSeconds(200))).isEqualTo("3m");
    assertThat(Ages.of(Duration.ofHours(47))).isEqualTo("47h");
    assertThat(Ages.of(Duration.ofDays(3))).isEqualTo("3d");
    Instant now = Instant.parse("2026-03-01T12:00:00Z");
    assertThat(Ages.ago("2026-03-01T11:57:00Z", now)).isEqualTo("3m ago");
    assertThat(Ages.ago("2026-03-01T12:00:01Z", now)).isEqualTo("just now");
    assertThat(Ages.ago("soon", now)).isEqualTo("soon");
  }

  private static List<String> print(Terminal.Style style) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    Table table = new Table("ID", "MESSAGE");
    table.add("edge-1", "x".repeat(200));
    table.add("e", "y\nz");
    table.print(new Terminal(stream, stream, style, Map.of(), Path.of(""), Clock.systemUTC()));
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
