package dev.lish.admin;

import dev.lish.accesslog.Traffic;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Who calls whom, as a text that others draw. */
final class ServiceGraph {
  private ServiceGraph() {}

  /** For Graphviz. */
  static String dot(Traffic traffic) {
    StringBuilder dot = new StringBuilder("digraph mesh {\n  rankdir=LR;\n  node [shape=box];\n");
    for (Traffic.Edge edge : traffic.edges()) {
      dot.append("  ")
          .append(quoted(edge.from()))
          .append(" -> ")
          .append(quoted(edge.to()))
          .append(" [label=")
          .append(quoted(label(edge, traffic.seconds())))
          .append(edge.errors() > 0 ? ", color=red" : "")
          .append("];\n");
    }
    return dot.append("}\n").toString();
  }

  /** DOT has no other escape in its texts but that of the quote; a backslash would start one. */
  private static String quoted(String text) {
    return '"' + clean(text).replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** For Mermaid; ids are numbers, since names may have what its syntax does not take. */
  static String mermaid(Traffic traffic) {
    Map<String, String> ids = new TreeMap<>();
    for (Traffic.Edge edge : traffic.edges()) {
      ids.computeIfAbsent(edge.from(), name -> "n" + ids.size());
      ids.computeIfAbsent(edge.to(), name -> "n" + ids.size());
    }
    StringBuilder graph = new StringBuilder("flowchart LR\n");
    ids.forEach(
        (name, id) ->
            graph.append("  ").append(id).append("[\"").append(entities(name)).append("\"]\n"));
    for (Traffic.Edge edge : traffic.edges()) {
      graph
          .append("  ")
          .append(ids.get(edge.from()))
          .append(" -->|\"")
          .append(entities(label(edge, traffic.seconds())))
          .append("\"| ")
          .append(ids.get(edge.to()))
          .append('\n');
    }
    return graph.toString();
  }

  /** Mermaid writes a character by its number as {@code #34;}. */
  private static String entities(String text) {
    StringBuilder safe = new StringBuilder();
    clean(text)
        .codePoints()
        .forEach(
            c -> {
              if (Character.isLetterOrDigit(c) || " _-./%,:".indexOf(c) >= 0) {
                safe.appendCodePoint(c);
              } else {
                safe.append('#').append(c).append(';');
              }
            });
    return safe.toString();
  }

  private static String clean(String text) {
    StringBuilder clean = new StringBuilder();
    text.codePoints().forEach(c -> clean.appendCodePoint(Character.isISOControl(c) ? 0xFFFD : c));
    return clean.toString();
  }

  private static String label(Traffic.Edge edge, long seconds) {
    String rate = String.format(Locale.ROOT, "%.1f/s", (double) edge.requests() / seconds);
    double errors = 100 * TrafficPages.share(edge.errors(), edge.requests());
    return edge.errors() == 0 ? rate : rate + String.format(Locale.ROOT, ", %.2f%% errors", errors);
  }
}
