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
 * @param stages where it runs; empty: in every stage
 * @param steps in order
 */
record TestCase(
    String path, int line, String name, Target target, List<String> stages, List<Step> steps) {
  TestCase {
    stages = List.copyOf(stages);
    steps = List.copyOf(steps);
  }

  boolean runsIn(String stage) {
    return stages.isEmpty() || stages.contains(stage);
  }

  /**
   * Which Envoy.
   *
   * @param group empty: that of the only group
   * @param by values of its {@code by} keys; the first listed, for keys without one
   */
  record Target(Optional<String> group, SortedMap<String, String> by) {
    static final Target ANY = new Target(Optional.empty(), new TreeMap<>());

    Target {
      by = Collections.unmodifiableSortedMap(new TreeMap<>(by));
    }
  }
}
