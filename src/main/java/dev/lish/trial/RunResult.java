package dev.lish.trial;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What came of a run.
 *
 * @param spec which
 * @param envoys how many Envoys were started
 * @param ready from the start until every Envoy had accepted everything
 * @param took the whole run
 * @param cases in order; the first is that Envoys take the mesh, the last that the protocol was
 *     kept
 * @param logs Envoy to the end of its log, where something failed, those first at which it did;
 *     else empty
 * @param warnings what Envoys warned of, each once
 * @param notes what differs from the mesh and may matter
 */
public record RunResult(
    RunSpec spec,
    int envoys,
    Optional<Duration> ready,
    Duration took,
    List<CaseResult> cases,
    Map<String, String> logs,
    List<String> warnings,
    List<String> notes) {
  /** Copies the collections. */
  public RunResult {
    cases = List.copyOf(cases);
    logs = Collections.unmodifiableMap(new LinkedHashMap<>(logs));
    warnings = List.copyOf(warnings);
    notes = List.copyOf(notes);
  }

  /**
   * What came of a test.
   *
   * @param path where it stands; empty for what is tested always
   * @param line the same
   * @param name in words
   * @param took how long
   * @param failures one sentence each, with path and line; empty: it passed
   * @param skipped true: it did not come to it
   */
  public record CaseResult(
      String path, int line, String name, Duration took, List<String> failures, boolean skipped) {
    /** Copies the list. */
    public CaseResult {
      failures = List.copyOf(failures);
    }

    /** True when it was run and nothing failed. */
    public boolean passed() {
      return failures.isEmpty() && !skipped;
    }
  }

  /** False: tests could not be run, since Envoys never had everything. */
  public boolean isReady() {
    return ready.isPresent();
  }

  /** How many tests it did not come to. */
  public long skipped() {
    return cases.stream().filter(CaseResult::skipped).count();
  }

  /** True when nothing failed and nothing was skipped. */
  public boolean passed() {
    return cases.stream().allMatch(CaseResult::passed);
  }
}
