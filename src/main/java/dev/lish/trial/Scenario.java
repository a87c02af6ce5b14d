package dev.lish.trial;

import dev.lish.model.Nearest;
import dev.lish.model.SnapshotKey;
import dev.lish.trial.wire.Answer;
import dev.lish.trial.wire.Stubs;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Goes through the steps of one test. */
final class Scenario {
  private static final AtomicInteger REQUESTS = new AtomicInteger();
  private static final Duration AGAIN = Duration.ofMillis(100);

  /** A request that got no answer may still be on its way to an upstream. */
  private static final Duration LATE = Duration.ofMillis(20);

  private final Run run;
  private final TestCase test;
  private final Set<String> runtimeKeys = new TreeSet<>();
  private final Set<SnapshotKey> concerned = new LinkedHashSet<>();
  private boolean drained;

  Scenario(Run run, TestCase test) {
    this.run = run;
    this.test = test;
  }

  /** What failed; empty: all was as expected. The steps after a failure are not gone. */
  List<String> failures() throws TrialException {
    List<String> failures = new ArrayList<>();
    try {
      RunningEnvoy envoy = run.envoy(test.target());
      for (Step step : test.steps()) {
        step(step, envoy).forEach(text -> failures.add(at(step) + text));
        if (!failures.isEmpty()) {
          concerned.add(envoy.key());
          break;
        }
      }
      if (drained) {
        run.replace(envoy);
      }
    } catch (Unmet e) {
      e.envoy().ifPresent(concerned::add);
      failures.add(test.path() + ":" + test.line() + ": " + e.getMessage());
    }
    try {
      run.restore(runtimeKeys);
    } catch (Unmet e) {
      e.envoy().ifPresent(concerned::add);
      failures.add("after the test: " + e.getMessage());
    }
    return failures;
  }

  /** The Envoys at which something failed. */
  Set<SnapshotKey> concerned() {
    return concerned;
  }

  private String at(Step step) {
    int line = step instanceof Step.Ask ask ? ask.expectation().line() : step.line();
    return test.path() + ":" + line + ": ";
  }

  private List<String> step(Step step, RunningEnvoy envoy) {
    try {
      if (step instanceof Step.Ask ask) {
        return ask(ask, envoy);
      } else if (step instanceof Step.Behave behave) {
        run.behave(behave);
      } else if (step instanceof Step.SetRuntime runtime) {
        runtimeKeys.addAll(runtime.values().keySet());
        run.setRuntime(runtime.values());
      } else if (step instanceof Step.Overlay overlay) {
        run.overlay(overlay.files());
      } else if (step instanceof Step.Drain drain) {
        drained |= drain.endpoint().isEmpty();
        run.drain(drain, envoy);
      }
      return List.of();
    } catch (Unmet e) {
      e.envoy().ifPresent(concerned::add);
      return List.of(e.getMessage());
    }
  }

  private List<String> ask(Step.Ask ask, RunningEnvoy envoy) throws Unmet {
    checkNames(ask.expectation(), run.clusters(envoy));
    long end = System.nanoTime() + ask.expectation().eventually().toNanos();
    while (true) {
      List<Exchange> exchanges = new ArrayList<>();
      for (int i = 0; i < ask.request().repeat(); i++) {
        exchanges.add(exchange(ask.request(), envoy));
      }
      List<String> failures = Judge.failures(ask.expectation(), exchanges);
      if (failures.isEmpty() || System.nanoTime() - end > 0) {
        return failures;
      }
      LockSupport.parkNanos(AGAIN.toNanos());
    }
  }

  /** A name that no cluster has would be told as a request that went elsewhere. */
  private static void checkNames(Expectation expected, Set<String> clusters) throws Unmet {
    Set<String> named = new TreeSet<>();
    expected.upstream().cluster().filter(name -> !name.isEmpty()).ifPresent(named::add);
    expected.split().ifPresent(split -> named.addAll(split.percent().keySet()));
    for (String name : named) {
      if (!clusters.contains(name)) {
        throw new Unmet(
            "expect: upstream %s (expected: a cluster of this Envoy: %s%s)"
                .formatted(
                    name,
                    String.join(", ", new TreeSet<>(clusters)),
                    Nearest.question(name, clusters)));
      }
    }
  }

  private Exchange exchange(Request request, RunningEnvoy envoy) throws Unmet {
    int port = port(request, envoy);
    String id = Integer.toString(REQUESTS.incrementAndGet());
    TreeMap<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.put("host", "127.0.0.1:" + port);
    if (!request.http2()) {
      headers.put("connection", "close");
    }
    headers.put(Stubs.HEADER, id);
    headers.putAll(request.headers());
    run.stubs().forget();
    long start = System.nanoTime();
    try {
      Answer answer = run.client().send(request, port, headers);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      return new Exchange(Optional.of(answer), "", took, run.stubs().received(id));
    } catch (IOException e) {
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      LockSupport.parkNanos(LATE.toNanos());
      return new Exchange(Optional.empty(), e.toString(), took, run.stubs().received(id));
    }
  }

  private static int port(Request request, RunningEnvoy envoy) throws Unmet {
    Map<String, Integer> ports = envoy.ports();
    Optional<Integer> port =
        request.listener().isPresent()
            ? Optional.ofNullable(ports.get(request.listener().get()))
            : ports.values().stream().findFirst().filter(only -> ports.size() == 1);
    return port.orElseThrow(
        () ->
            new Unmet(
                "listener: %s (expected: %s%s)"
                    .formatted(
                        request.listener().orElse("not named"),
                        ports.isEmpty()
                            ? "one, but this Envoy has none"
                            : "one of " + String.join(", ", ports.keySet()),
                        Nearest.question(request.listener().orElse(""), ports.keySet()))));
  }
}
