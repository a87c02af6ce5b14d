package dev.lish.admin;

import static java.util.stream.Collectors.groupingBy;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.lish.accesslog.Span;
import dev.lish.accesslog.Traffic;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What access logs say of the last minute, five minutes or hour. */
final class TrafficPages {
  private final Function<Span, Traffic> traffic;

  TrafficPages(Function<Span, Traffic> traffic) {
    this.traffic = traffic;
  }

  /** Durations in milliseconds, rates per second. */
  private record Figures(
      long requests,
      double rate,
      double errorShare,
      double p50,
      double p95,
      double p99,
      Map<String, Long> flags) {
    static Figures of(Traffic.Stats stats, long seconds) {
      return new Figures(
          stats.requests(),
          rounded((double) stats.requests() / seconds),
          share(stats.errors(), stats.requests()),
          rounded(stats.p50()),
          rounded(stats.p95()),
          rounded(stats.p99()),
          new TreeMap<>(stats.flags()));
    }
  }

  private record Caller(String cluster, double rate, double errorShare) {}

  private record ClusterJson(
      String cluster, @JsonUnwrapped Figures figures, List<Caller> callers) {}

  private record VersionJson(
      @Nullable String stage, @Nullable Integer revision, @JsonUnwrapped Figures figures) {}

  private record TrafficJson(
      String window, long seconds, List<ClusterJson> clusters, List<VersionJson> versions) {}

  private record EdgeJson(String from, String to, long requests, double rate, double errorShare) {}

  private record GraphJson(String window, long seconds, List<EdgeJson> edges) {}

  Reply traffic(ServiceRequestContext ctx) {
    Traffic now = traffic.apply(span(Query.of(ctx, "window")));
    Map<String, List<Traffic.Edge>> callers =
        now.edges().stream().collect(groupingBy(Traffic.Edge::to));
    return Reply.ok(
        new TrafficJson(
            now.span().label(),
            now.seconds(),
            now.clusters().stream()
                .map(
                    c ->
                        new ClusterJson(
                            c.name(),
                            Figures.of(c.stats(), now.seconds()),
                            callers(callers.getOrDefault(c.name(), List.of()), now.seconds())))
                .toList(),
            now.versions().stream()
                .map(
                    v ->
                        new VersionJson(
                            v.stage().isEmpty() ? null : v.stage(),
                            v.revision() == 0 ? null : v.revision(),
                            Figures.of(v.stats(), now.seconds())))
                .toList()));
  }

  /** The busiest first. */
  private static List<Caller> callers(List<Traffic.Edge> edges, long seconds) {
    return edges.stream()
        .sorted(Comparator.comparingLong(Traffic.Edge::requests).reversed())
        .map(
            e ->
                new Caller(
                    e.from(),
                    rounded((double) e.requests() / seconds),
                    share(e.errors(), e.requests())))
        .toList();
  }

  /** {@code format=json}, {@code dot} or {@code mermaid}. */
  Reply edges(ServiceRequestContext ctx) {
    Query query = Query.of(ctx, "window", "format");
    Traffic now = traffic.apply(span(query));
    return switch (query.get("format", "json")) {
      case "json" ->
          Reply.ok(
              new GraphJson(
                  now.span().label(),
                  now.seconds(),
                  now.edges().stream().map(e -> edge(e, now.seconds())).toList()));
      case "dot" -> text(ServiceGraph.dot(now), "vnd.graphviz");
      case "mermaid" -> text(ServiceGraph.mermaid(now), "vnd.mermaid");
      default ->
          throw new WrongRequest(
              "format: " + query.get("format", "") + " (expected: json, dot or mermaid)");
    };
  }

  private static EdgeJson edge(Traffic.Edge edge, long seconds) {
    return new EdgeJson(
        edge.from(),
        edge.to(),
        edge.requests(),
        rounded((double) edge.requests() / seconds),
        share(edge.errors(), edge.requests()));
  }

  private static Reply text(String body, String subtype) {
    return new Reply(HttpStatus.OK, MediaType.create("text", subtype), HttpData.ofUtf8(body));
  }

  private static Span span(Query query) {
    String window = query.get("window", Span.MINUTE.label());
    return Span.of(window)
        .orElseThrow(
            () ->
                new WrongRequest(
                    "window: "
                        + window
                        + " (expected: "
                        + String.join(", ", Arrays.stream(Span.values()).map(Span::label).toList())
                        + ")"));
  }

  static double share(long part, long whole) {
    return whole == 0 ? 0 : Math.round(10_000.0 * part / whole) / 10_000.0;
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
