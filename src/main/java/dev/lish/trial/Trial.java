package dev.lish.trial;

import dev.lish.model.SnapshotKey;
import dev.lish.source.MeshFolder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Takes a folder, its tests and what to run them on, gives what came of each run. */
public final class Trial {
  private final Plan plan;
  private final MeshServer.Factory factory;
  private final Consumer<String> progress;

  /**
   * What to do.
   *
   * @param folder the mesh
   * @param tests of it, without Problems
   * @param runs in the order of the report
   * @param parallel how many runs go on side by side
   * @param patience how long Envoys may take to accept everything
   */
  public record Plan(
      MeshFolder folder, TestFiles tests, List<RunSpec> runs, int parallel, Duration patience) {
    /** Copies the list. */
    public Plan {
      runs = List.copyOf(runs);
      if (parallel < 1) {
        throw new IllegalArgumentException("parallel: " + parallel + " (expected: 1 or more)");
      }
    }
  }

  /**
   * A trial that is not started.
   *
   * @param progress hears a line whenever something is done; called by several threads
   */
  public Trial(Plan plan, MeshServer.Factory factory, Consumer<String> progress) {
    this.plan = plan;
    this.factory = factory;
    this.progress = progress;
  }

  /**
   * Does all runs. Whatever happens, no process, file or port is left behind.
   *
   * @throws TrialException when the world does not let it
   */
  public List<RunResult> run() throws TrialException {
    ExecutorService workers = Executors.newFixedThreadPool(plan.parallel(), task -> daemon(task));
    try (Leftovers leftovers = new Leftovers()) {
      try {
        List<Future<RunResult>> futures = new ArrayList<>();
        plan.runs().forEach(spec -> futures.add(workers.submit(() -> run(spec, leftovers))));
        List<RunResult> results = new ArrayList<>();
        for (Future<RunResult> future : futures) {
          results.add(future.get());
        }
        return results;
      } finally {
        workers.shutdownNow();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TrialException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TrialException("interrupted", e);
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "lish-test-run");
    thread.setDaemon(true);
    return thread;
  }

  private RunResult run(RunSpec spec, Leftovers leftovers) throws TrialException {
    long start = System.nanoTime();
    try (Run run = new Run(spec, plan.folder(), plan.patience(), factory, leftovers)) {
      RunResult result = new Course(run, spec, start).go();
      long failed = result.cases().stream().filter(one -> !one.passed()).count();
      int all = result.cases().size();
      progress.accept(
          "%s: %s, after %s"
              .formatted(
                  spec,
                  result.isReady()
                      ? "%s, %d of %d"
                          .formatted(
                              failed == 0 ? "passed" : "FAILED", failed == 0 ? all : failed, all)
                      : "NOT RUN, as Envoys were not ready",
                  seconds(result.took())));
      return result;
    }
  }

  /** One run from its start to its end. */
  private final class Course {
    private final Run run;
    private final RunSpec spec;
    private final long start;
    private final List<RunResult.CaseResult> cases = new ArrayList<>();
    private final Set<SnapshotKey> concerned = new LinkedHashSet<>();
    private Optional<Duration> ready = Optional.empty();

    Course(Run run, RunSpec spec, long start) {
      this.run = run;
      this.spec = spec;
      this.start = start;
    }

    RunResult go() throws TrialException {
      List<TestCase> tests =
          plan.tests().cases().stream().filter(test -> test.runsIn(spec.stage())).toList();
      List<String> refused = List.of();
      progress.accept(spec + ": starting");
      try {
        run.start(tests.stream().map(TestCase::target).toList());
        ready = Optional.of(since(start));
        progress.accept(
            "%s: %d %s ready after %s"
                .formatted(
                    spec,
                    run.envoyCount(),
                    run.envoyCount() == 1 ? "Envoy" : "Envoys",
                    seconds(since(start))));
      } catch (Unmet e) {
        e.envoy().ifPresent(concerned::add);
        refused = List.of(String.valueOf(e.getMessage()));
      }
      add("", 0, "Envoys accept the mesh", start, refused);
      for (TestCase test : tests) {
        long from = System.nanoTime();
        if (ready.isEmpty()) {
          cases.add(
              new RunResult.CaseResult(
                  test.path(), test.line(), test.name(), Duration.ZERO, List.of(), true));
        } else {
          Scenario scenario = new Scenario(run, test);
          add(test.path(), test.line(), test.name(), from, scenario.failures());
          concerned.addAll(scenario.concerned());
        }
      }
      add("", 0, "Lish keeps the protocol", System.nanoTime(), run.protocol());
      boolean failed = cases.stream().anyMatch(c -> !c.failures().isEmpty());
      return new RunResult(
          spec,
          run.envoyCount(),
          ready,
          since(start),
          cases,
          failed ? run.logs(concerned) : Map.of(),
          run.warnings(),
          run.notes());
    }

    private void add(String path, int line, String name, long from, List<String> failures) {
      cases.add(new RunResult.CaseResult(path, line, name, since(from), failures, false));
      // All of it is in the report.
      failures.stream()
          .limit(1)
          .flatMap(String::lines)
          .limit(1)
          .forEach(text -> progress.accept(spec + ": FAILED: " + name + ": " + text));
    }
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
