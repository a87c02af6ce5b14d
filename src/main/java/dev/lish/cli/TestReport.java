package dev.lish.cli;

import dev.lish.trial.RunResult;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Prints what came of tests: a table of the runs, then what failed. */
final class TestReport {
  private static final int LOG_LINES = 10;

  private final Terminal terminal;

  TestReport(Terminal terminal) {
    this.terminal = terminal;
  }

  void print(List<RunResult> results) {
    Table table = new Table("STAGE", "ENVOY", "PROTOCOL", "ENVOYS", "READY", "TESTS", "TIME");
    for (RunResult result : results) {
      table.add(
          result.passed() ? terminal::green : terminal::red,
          result.spec().stage(),
          result.spec().envoy().version().toString(),
          result.spec().protocol(),
          Integer.toString(result.envoys()),
          result.ready().map(TestReport::seconds).orElse("never"),
          outcome(result),
          seconds(result.took()));
    }
    table.print(terminal);
    results.forEach(this::failures);
    warnings(results);
  }

  private static String outcome(RunResult result) {
    if (!result.isReady()) {
      return "not run";
    }
    List<RunResult.CaseResult> cases = result.cases();
    long passed = cases.stream().filter(RunResult.CaseResult::passed).count();
    return result.passed()
        ? passed + " of " + cases.size() + " passed"
        : (cases.size() - passed) + " of " + cases.size() + " FAILED";
  }

  private void failures(RunResult result) {
    for (RunResult.CaseResult one : result.cases()) {
      if (!one.failures().isEmpty()) {
        terminal.print("");
        terminal.print(terminal.red(Terminal.clean(result.spec() + ": " + one.name())));
        one.failures().forEach(failure -> terminal.print("  " + Terminal.clean(failure)));
      }
    }
    if (result.skipped() > 0) {
      terminal.print(
          "  so %s not run"
              .formatted(
                  ProblemPrinter.plural(result.skipped(), "test")
                      + (result.skipped() == 1 ? " was" : " were")));
    }
    if (!result.logs().isEmpty()) {
      terminal.print(
          "  the end of Envoys' logs" + (result.logs().size() > 1 ? ", each once:" : ":"));
    }
    Set<String> shown = new HashSet<>();
    result.logs().forEach((envoy, log) -> log(envoy, log, shown));
  }

  /** Envoys of one mesh log much the same. */
  private void log(String envoy, String log, Set<String> shown) {
    List<String> lines = log.lines().toList();
    List<String> end =
        lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()).stream()
            .filter(line -> shown.add(line.replaceFirst("^(\\[[^]]*]){2}", "")))
            .toList();
    if (!end.isEmpty()) {
      terminal.print("    " + Terminal.clean(envoy) + ":");
      end.forEach(line -> terminal.print("      " + Terminal.clean(line)));
    }
  }

  private void warnings(List<RunResult> results) {
    Set<String> notes = new LinkedHashSet<>();
    results.forEach(result -> notes.addAll(result.notes()));
    notes.forEach(note -> terminal.print(terminal.yellow(Terminal.clean("differs: " + note))));
    Set<String> all = new LinkedHashSet<>();
    results.forEach(result -> all.addAll(result.warnings()));
    for (String warning : all) {
      terminal.tell(terminal.yellow(Terminal.clean("Envoy warns: " + warning)));
    }
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }
}
