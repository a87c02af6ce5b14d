package dev.lish.trial;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One test of a file.
 *
 * @param path the file
 * @param line where it starts
 * @param name in words
 * @param target whom it asks
 * @param stages where it runs
 * @param steps in order
 */
record TestCase(
    String path, int line, String name, Target target, Stages stages, List<Step> steps) {
  TestCase {
    steps = List.copyOf(steps);
  }

  boolean runsIn(String stage) {
    return stages.names().isEmpty() || stages.names().contains(stage);
  }

  /**
   * Where a test runs.
   *
   * @param line where it is written; 0: nowhere
   * @param names empty: in every stage
   */
  record Stages(int line, List<String> names) {
    static final Stages ALL = new Stages(0, List.of());

    Stages {
      names = List.copyOf(names);
    }
  }

  /**
   * Which Envoy.
   *
   * @param line where it is written; 0: nowhere
   * @param group empty: that of the only group
   * @param by values of its {@code by} keys; the first listed, for keys without one
   */
  record Target(int line, Optional<String> group, SortedMap<String, String> by) {
    static final Target ANY = new Target(0, Optional.empty(), new TreeMap<>());

    Target {
      by = Collections.unmodifiableSortedMap(new TreeMap<>(by));
    }
  }
}
