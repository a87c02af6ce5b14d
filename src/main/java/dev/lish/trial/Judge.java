package dev.lish.trial;

import dev.lish.trial.wire.Answer;
import dev.lish.trial.wire.Received;
import dev.lish.trial.wire.Stubs;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Compares what came of a request with what was expected. Pure. */
final class Judge {
  private static final int SHOWN = 200;

  /** Envoy marks copies so (RouteAction.RequestMirrorPolicy), unless the policy says otherwise. */
  private static final Pattern MIRRORED = Pattern.compile("-shadow(:\\d+)?$");

  private final Expectation expected;
  private final Set<String> failures = new LinkedHashSet<>();

  private Judge(Expectation expected) {
    this.expected = expected;
  }

  /** What is not as expected, one sentence each; empty: all is. */
  static List<String> failures(Expectation expected, List<Exchange> exchanges) {
    Judge judge = new Judge(expected);
    exchanges.forEach(judge::one);
    expected.split().ifPresent(split -> judge.split(split, exchanges));
    return List.copyOf(judge.failures);
  }

  private void one(Exchange exchange) {
    time(exchange);
    if (exchange.answer().isPresent() == expected.answer().none()) {
      failures.add(
          exchange
              .answer()
              .map(a -> "status %d (expected: no answer)".formatted(a.status()))
              .orElse("no answer: " + exchange.trouble()));
      return;
    }
    exchange.answer().ifPresent(this::answer);
    upstream(exchange);
  }

  private void answer(Answer answer) {
    Expectation.OfAnswer of = expected.answer();
    if (of.status().isPresent() && !Integer.toString(answer.status()).matches(of.status().get())) {
      failures.add(
          "status %d (expected: %s); its body: %s"
              .formatted(
                  answer.status(),
                  of.status().get().replace('.', 'x'),
                  cut(answer.body().strip())));
    }
    of.headers().forEach((name, match) -> text("header " + name, match, answer.header(name)));
    of.body().ifPresent(match -> text("body", match, Optional.of(answer.body())));
  }

  private void time(Exchange exchange) {
    expected
        .within()
        .filter(most -> exchange.took().compareTo(most) > 0)
        .ifPresent(
            most ->
                failures.add(
                    "took %d ms (expected: within %d ms)"
                        .formatted(exchange.took().toMillis(), most.toMillis())));
    expected
        .atLeast()
        .filter(least -> exchange.took().compareTo(least) < 0)
        .ifPresent(
            least ->
                failures.add(
                    "took %d ms (expected: at least %d ms)"
                        .formatted(exchange.took().toMillis(), least.toMillis())));
  }

  private void upstream(Exchange exchange) {
    Expectation.OfUpstream of = expected.upstream();
    List<Received> received = attempts(exchange);
    String served = served(exchange);
    if (of.cluster().isPresent() && !of.cluster().get().equals(served)) {
      failures.add("served by %s (expected: %s)".formatted(name(served), name(of.cluster().get())));
    }
    if (of.attempts().isPresent() && of.attempts().getAsInt() != received.size()) {
      List<String> clusters = received.stream().map(Received::cluster).toList();
      failures.add(
          "%d attempts: %s (expected: %d)"
              .formatted(received.size(), clusters, of.attempts().getAsInt()));
    }
    of.request()
        .ifPresent(
            request -> {
              if (received.isEmpty()) {
                failures.add("no upstream got the request (expected: one to look at)");
              } else {
                attempt(request, received.get(received.size() - 1));
              }
            });
  }

  private void attempt(Expectation.OfAttempt of, Received last) {
    of.method().ifPresent(m -> text("upstream's method", m, Optional.of(last.method())));
    of.path().ifPresent(m -> text("upstream's path", m, Optional.of(last.path())));
    of.headers()
        .forEach(
            (name, match) ->
                text(
                    "upstream's header " + name,
                    match,
                    Optional.ofNullable(last.headers().get(name))));
    of.body().ifPresent(m -> text("upstream's body", m, Optional.of(last.body())));
    connection(of.over(), last.over());
  }

  private void connection(Expectation.OfConnection of, Received.Over over) {
    same("upstream's protocol", protocol(over.http2()), of.http2().map(Judge::protocol));
    same("upstream's connection", secure(over.tls().isPresent()), of.tls().map(Judge::secure));
    of.serverName()
        .ifPresent(
            m -> text("upstream's server name", m, over.tls().flatMap(Received.Tls::serverName)));
    of.clientCertificate()
        .ifPresent(
            match -> {
              List<String> names = over.tls().map(Received.Tls::clientNames).orElse(List.of());
              // One of its names is enough.
              if (names.stream().noneMatch(name -> match.matches(Optional.of(name)))) {
                text(
                    "Envoy's certificate",
                    match,
                    names.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", names)));
              }
            });
  }

  private void same(String what, String found, Optional<String> wanted) {
    wanted
        .filter(text -> !text.equals(found))
        .ifPresent(text -> failures.add("%s: %s (expected: %s)".formatted(what, found, text)));
  }

  private static String protocol(boolean http2) {
    return http2 ? "http2" : "http1";
  }

  private static String secure(boolean tls) {
    return tls ? "over TLS" : "in cleartext";
  }

  /** The answer tells, unless the mesh takes its headers; else the last attempt is answered. */
  private static String served(Exchange exchange) {
    List<Received> received = attempts(exchange);
    return exchange
        .answer()
        .flatMap(answer -> answer.header(Stubs.CLUSTER_HEADER))
        .orElse(received.isEmpty() ? "" : received.get(received.size() - 1).cluster());
  }

  /** What a mirror policy copies is none of them. */
  private static List<Received> attempts(Exchange exchange) {
    return exchange.received().stream()
        .filter(r -> !MIRRORED.matcher(r.headers().getOrDefault("host", "")).find())
        .toList();
  }

  private static String name(String cluster) {
    return cluster.isEmpty() ? "no upstream" : cluster;
  }

  private void split(Expectation.Split split, List<Exchange> exchanges) {
    List<String> shares = new ArrayList<>();
    boolean right = true;
    for (var entry : split.percent().entrySet()) {
      long number = exchanges.stream().filter(e -> served(e).equals(entry.getKey())).count();
      double percent = 100.0 * number / exchanges.size();
      right &= Math.abs(percent - entry.getValue()) <= split.tolerance();
      shares.add("%s %.1f %% (expected: %d)".formatted(entry.getKey(), percent, entry.getValue()));
    }
    if (!right) {
      failures.add(
          "of %d requests: %s, give or take %d"
              .formatted(exchanges.size(), String.join(", ", shares), split.tolerance()));
    }
  }

  private void text(String what, TextMatch match, Optional<String> found) {
    if (!match.matches(found)) {
      failures.add(
          "%s: %s (expected: %s)"
              .formatted(what, found.map(t -> "\"" + cut(t) + "\"").orElse("none"), match));
    }
  }

  /** In one line. */
  private static String cut(String text) {
    String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    return shown.replace("\r", "\\r").replace("\n", "\\n");
  }
}
