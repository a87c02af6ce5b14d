package dev.lish.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The answer of {@code GET /api/v1/traffic} as a table. */
final class TopTable {
  private static final int FLAGS = 3;

  private TopTable() {}

  /** A line that sums up, the header, and a row each. */
  static List<String> lines(Terminal terminal, JsonNode traffic, TopView view) {
    List<String> lines = new ArrayList<>();
    List<JsonNode> rows = new ArrayList<>();
    traffic.path(view.versions() ? "versions" : "clusters").forEach(rows::add);
    double rate = rows.stream().mapToDouble(r -> r.path("rate").asDouble()).sum();
    lines.add(
        String.format(
            Locale.ROOT,
            "%.1f requests/s in the last %d s, by %s%s",
            rate,
            traffic.path("seconds").asLong(),
            view.sort(),
            view.reversed() ? ", reversed" : ""));
    if (rows.isEmpty()) {
      lines.add("no traffic: do listeners log to lish_access_log? (docs/access-logs.md)");
      return lines;
    }
    rows.sort(order(view));
    Table table =
        view.versions()
            ? new Table("STAGE", "REVISION", "RATE/S", "ERRORS", "P50", "P95", "P99", "FLAGS")
            : new Table("CLUSTER", "RATE/S", "ERRORS", "P50", "P95", "P99", "FLAGS", "CALLED BY");
    for (JsonNode row : rows) {
      table.add(
          row.path("errorShare").asDouble() > 0 ? terminal::red : line -> line,
          cells(row, view.versions()));
    }
    lines.addAll(table.lines(terminal));
    return lines;
  }

  private static String[] cells(JsonNode row, boolean versions) {
    List<String> cells = new ArrayList<>();
    cells.add(Views.text(row, versions ? "stage" : "cluster"));
    if (versions) {
      cells.add(Views.text(row, "revision"));
    }
    cells.add(number(row, "rate"));
    cells.add(percent(row.path("errorShare").asDouble()));
    cells.addAll(List.of(millis(row, "p50"), millis(row, "p95"), millis(row, "p99")));
    cells.add(flags(row.path("flags")));
    if (!versions) {
      cells.add(callers(row.path("callers")));
    }
    return cells.toArray(String[]::new);
  }

  private static Comparator<JsonNode> order(TopView view) {
    Comparator<JsonNode> byName =
        Comparator.comparing(r -> Views.text(r, view.versions() ? "stage" : "cluster"));
    Comparator<JsonNode> order;
    if (view.sort().equals("name")) {
      order = byName;
    } else {
      String field = view.sort().equals("errors") ? "errorShare" : view.sort();
      Comparator<JsonNode> byFigure = Comparator.comparingDouble(r -> r.path(field).asDouble());
      order = byFigure.reversed().thenComparing(byName);
    }
    return view.reversed() ? order.reversed() : order;
  }

  private static String number(JsonNode row, String field) {
    double value = row.path(field).asDouble();
    return String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value);
  }

  /** Of TCP connections there are none. */
  private static String millis(JsonNode row, String field) {
    return row.path(field).asDouble() == 0 ? "-" : number(row, field);
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
