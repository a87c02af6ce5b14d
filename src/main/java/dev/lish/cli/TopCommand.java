package dev.lish.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lish top}. */
final class TopCommand implements Command {
  private static final List<String> WINDOWS = List.of("1m", "5m", "1h");
  private static final List<String> COLUMNS =
      List.of("rate", "errors", "p50", "p95", "p99", "name");
  private static final int FLAGS = 3;
  private static final long EVERY_MILLIS = 2_000;

  /** Home, and after the text: erase to the end of the line or screen (ECMA-48). */
  private static final String HOME = "\033[H";

  private static final String ERASE_LINE = "\033[K";
  private static final String ERASE_BELOW = "\033[J";

  private final Terminal terminal;

  TopCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Command.spec(
            this,
            "top",
            "Shows the traffic of each upstream cluster, live.",
            "  lish top",
            "  lish top --sort errors --window 5m",
            "  lish top --once                  one look, for pipes");
    spec.usageMessage()
        .description(
            "From the access logs that this server received. ERRORS are 5xx and requests without a"
                + " response; P50 to P99 are milliseconds, FLAGS Envoy's response flags.");
    spec.addOption(Command.text("1m|5m|1h", "How far to look back (default: 1m).", "--window"));
    spec.addOption(
        Command.text(
            "COLUMN", "rate (default), errors, p50, p95, p99 (greatest first) or name.", "--sort"));
    spec.addOption(Command.flag("Shows it once; so does a pipe.", "--once"));
    spec.addOption(Command.flag("By stage and revision instead of clusters.", "--versions"));
    Command.addOutput(spec);
    Api.addOptions(spec);
    return spec;
  }

  @Override
  public int run(Arguments given) {
    boolean json = given.output("table", "json").equals("json");
    String window = known(given, "--window", WINDOWS);
    String sort = known(given, "--sort", COLUMNS);
    boolean versions = given.flag("--versions");
    Api api = Api.of(terminal, given);
    if (json) {
      return Views.json(terminal, api.get(Map.of("window", window), "traffic"));
    }
    boolean live = terminal.style().width().isPresent() && !given.flag("--once");
    if (!live) {
      screen(api.get(Map.of("window", window), "traffic"), sort, versions).forEach(terminal::print);
      return Exit.FINE;
    }
    terminal.out().print(HOME + ERASE_BELOW);
    while (!Thread.currentThread().isInterrupted()) {
      StringBuilder text = new StringBuilder(HOME);
      for (String line : screen(api.get(Map.of("window", window), "traffic"), sort, versions)) {
        text.append(line).append(ERASE_LINE).append(System.lineSeparator());
      }
      terminal.out().print(text.append(ERASE_BELOW));
      terminal.out().flush();
      pause();
    }
    return Exit.FINE;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String known(Arguments given, String option, List<String> values) {
    String value = given.text(option).orElse(values.get(0));
    if (!values.contains(value)) {
      throw Failure.usage(option + " " + value + " (expected: " + String.join(", ", values) + ")");
    }
    return value;
  }

  private List<String> screen(JsonNode traffic, String sort, boolean versions) {
    List<String> lines = new ArrayList<>();
    List<JsonNode> rows = new ArrayList<>();
    traffic.path(versions ? "versions" : "clusters").forEach(rows::add);
    double rate = rows.stream().mapToDouble(r -> r.path("rate").asDouble()).sum();
    lines.add(
        String.format(
            Locale.ROOT,
            "%.1f requests/s in the last %d s, by %s",
            rate,
            traffic.path("seconds").asLong(),
            sort));
    if (rows.isEmpty()) {
      lines.add("no traffic: do listeners log to lish_access_log? (docs/mesh.md)");
      return lines;
    }
    rows.sort(order(sort, versions));
    Table table =
        versions
            ? new Table("STAGE", "REVISION", "RATE/S", "ERRORS", "P50", "P95", "P99", "FLAGS")
            : new Table("CLUSTER", "RATE/S", "ERRORS", "P50", "P95", "P99", "FLAGS", "CALLED BY");
    for (JsonNode row : rows) {
      List<String> cells = new ArrayList<>();
      cells.add(Views.text(row, versions ? "stage" : "cluster"));
      if (versions) {
        cells.add(Views.text(row, "revision"));
      }
      cells.add(number(row, "rate"));
      cells.add(percent(row.path("errorShare").asDouble()));
      cells.addAll(List.of(number(row, "p50"), number(row, "p95"), number(row, "p99")));
      cells.add(flags(row.path("flags")));
      if (!versions) {
        cells.add(callers(row.path("callers")));
      }
      table.add(
          row.path("errorShare").asDouble() > 0 ? terminal::red : line -> line,
          cells.toArray(String[]::new));
    }
    lines.addAll(table.lines(terminal));
    return lines;
  }

  private static Comparator<JsonNode> order(String sort, boolean versions) {
    Comparator<JsonNode> byName =
        Comparator.comparing(r -> Views.text(r, versions ? "stage" : "cluster"));
    if (sort.equals("name")) {
      return byName;
    }
    String field = sort.equals("errors") ? "errorShare" : sort;
    Comparator<JsonNode> byFigure = Comparator.comparingDouble(r -> r.path(field).asDouble());
    return byFigure.reversed().thenComparing(byName);
  }

  private static String number(JsonNode row, String field) {
    double value = row.path(field).asDouble();
    return String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value);
  }

  private static String percent(double share) {
    return share == 0 ? "-" : String.format(Locale.ROOT, "%.2f%%", share * 100);
  }

  /** The most frequent ones. */
  private static String flags(JsonNode flags) {
    String text =
        flags.properties().stream()
            .sorted(
                Comparator.comparingLong((Map.Entry<String, JsonNode> f) -> f.getValue().asLong())
                    .reversed())
            .limit(FLAGS)
            .map(f -> f.getKey() + " " + f.getValue().asLong())
            .collect(Collectors.joining(", "));
    return text.isEmpty() ? "-" : text;
  }

  private static String callers(JsonNode callers) {
    List<String> names = new ArrayList<>();
    callers.forEach(c -> names.add(Views.text(c, "cluster")));
    return names.isEmpty() ? "-" : String.join(", ", names);
  }
}
