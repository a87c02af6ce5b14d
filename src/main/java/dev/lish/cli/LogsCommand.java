package dev.lish.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lish logs}. */
final class LogsCommand implements Command {
  private static final int BY_DEFAULT = 10;

  private final Terminal terminal;

  LogsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Command.spec(
            this,
            "logs",
            "Shows entries of access logs as they come.",
            "  lish logs --follow --cluster payments --status 5xx",
            "  lish logs --status 404 --status none -o json");
    spec.addOption(Command.text("CLUSTER", "Only of this upstream cluster.", "--cluster"));
    spec.addOption(
        Command.many(
            "STATUS",
            "Only with this status: a number, 1xx to 5xx, tcp or none; may be repeated.",
            "--status"));
    spec.addOption(Command.flag("Goes on until it is interrupted.", "-f", "--follow"));
    spec.addOption(
        Command.text(
            "N", "Ends after so many entries (default: " + BY_DEFAULT + ").", "-n", "--lines"));
    Command.addOutput(spec);
    Api.addOptions(spec);
    return spec;
  }

  @Override
  public int run(Arguments given) {
    boolean json = given.output("line", "json").equals("json");
    String count = given.text("-n").orElse(Integer.toString(BY_DEFAULT));
    if (!count.matches("[1-9]\\d{0,8}")) {
      throw Failure.usage("-n " + count + " (expected: a whole number, 1 or more)");
    }
    Map<String, List<String>> query = new LinkedHashMap<>();
    given.text("--cluster").ifPresent(cluster -> query.put("cluster", List.of(cluster)));
    query.put("status", given.all("--status"));
    try (Stream<String> lines = Api.of(terminal, given).lines(query, "logs")) {
      Stream<String> wanted = lines.filter(line -> !line.isEmpty());
      (given.flag("--follow") ? wanted : wanted.limit(Integer.parseInt(count)))
          .forEach(line -> print(line, json));
    } catch (java.io.UncheckedIOException e) {
      throw Failure.world("the connection broke: " + e.getMessage());
    }
    return Exit.FINE;
  }

  private void print(String line, boolean json) {
    if (json) {
      terminal.print(Terminal.clean(line));
      return;
    }
    try {
      JsonNode entry = Json.MAPPER.readTree(line);
      terminal.print(entry.has("missed") ? missed(entry) : text(entry));
    } catch (JsonProcessingException e) {
      throw Failure.world("an entry that is no JSON: " + Terminal.clean(line));
    }
  }

  private String missed(JsonNode entry) {
    return terminal.yellow(entry.path("missed").asLong() + " entries came too fast and are missed");
  }

  /** What it was, where it went, how it ended, how long it took. */
  private String text(JsonNode entry) {
    List<String> words = new ArrayList<>();
    words.add(Views.text(entry, "time"));
    boolean connection = !entry.has("status");
    words.add(connection ? "tcp" : Views.text(entry, "status"));
    words.add(flags(entry));
    words.add(String.format(Locale.ROOT, "%.1fms", entry.path("duration_ms").asDouble()));
    words.add(Views.text(entry, "node_cluster") + " -> " + Views.text(entry, "cluster"));
    if (connection) {
      words.add(bytes(entry));
      words.add(Views.text(entry, "termination"));
    } else {
      words.add(Views.text(entry, "method"));
      words.add(Views.text(entry, "authority") + Views.text(entry, "path"));
      words.add(Views.text(entry, "details"));
    }
    String text = String.join("  ", words).replace('\n', ' ');
    return failed(entry, connection) ? terminal.red(text) : text;
  }

  private static boolean failed(JsonNode entry, boolean connection) {
    int status = entry.path("status").asInt();
    return connection ? !entry.path("flags").isEmpty() : status >= 500 || status == 0;
  }

  private static String bytes(JsonNode entry) {
    return entry.path("received").asLong()
        + " bytes received, "
        + entry.path("sent").asLong()
        + " sent";
  }

  private static String flags(JsonNode entry) {
    List<String> flags = new ArrayList<>();
    entry.path("flags").forEach(f -> flags.add(Terminal.clean(f.asText())));
    return flags.isEmpty() ? "-" : String.join(",", flags);
  }
}
