package dev.lish.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the configuration of an assignment's clusters lets panic start. An Envoy applies both as it
 * gets them, to the hosts that it has, so a new revision may start a panic though no host changes.
 *
 * @param threshold of its clusters under the runtime layers of the same Envoys, in whole percent
 * @param factor the assignment's own overprovisioning factor, or Envoy's default, in percent
 */
public record PanicLimits(int threshold, int factor) {

  /**
   * Why these limits may not be followed by others; empty: they may. As for any other change, who
   * has not been up for the settle time counts as down, and the reserve is taken off.
   *
   * @param terms of the next revision
   * @param hosts what was decided last of the hosts that Envoys have
   */
  public Optional<String> hazard(PanicLimits next, Terms terms, Decision hosts) {
    boolean tighter = next.threshold > threshold || next.factor < factor;
    if (!tighter || !terms.settings().enabled() || next.threshold == 0) {
      return Optional.empty();
    }
    List<Level> levels = new ArrayList<>();
    hosts.levels().values().forEach(level -> levels.add(level.less(terms.settings().reserve())));
    int counting = hosts.counting() == 0 ? 0 : next.factor;
    int i = 0;
    for (Map.Entry<Integer, Level> one : hosts.levels().entrySet()) {
      if (PanicRule.panics(levels, i++, next.threshold, counting)) {
        return Optional.of(
            "cluster %s: %s while %d of %d hosts%s are up%s, so Envoys would use every listed host"
                .formatted(
                    String.join(", ", terms.clusters()),
                    change(next),
                    one.getValue().available(),
                    one.getValue().counted(),
                    levels.size() > 1 ? " of priority " + one.getKey() : "",
                    reserve(terms.settings().reserve())));
      }
    }
    return Optional.empty();
  }

  private String change(PanicLimits next) {
    List<String> changes = new ArrayList<>();
    if (next.threshold != threshold) {
      changes.add("the panic threshold goes from %d to %d %%".formatted(threshold, next.threshold));
    }
    if (next.factor != factor) {
      changes.add("the overprovisioning factor goes from %d to %d".formatted(factor, next.factor));
    }
    return String.join(" and ", changes);
  }

  private static String reserve(int percent) {
    return percent == 0 ? "" : " (less a reserve of " + percent + " %)";
  }
}
