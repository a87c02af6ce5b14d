package dev.lish.guard;

import java.util.List;
import java.util.OptionalInt;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * A cluster and what happens to its hosts.
 *
 * @param start how many hosts each priority has at first
 * @param down which of them are not passing, a bit each
 */
record GuardHistory(Setting setting, List<Integer> start, long down, List<Step> steps) {

  /** What happens to one host. */
  enum Kind {
    ADD_UP,
    ADD_UNKNOWN,
    ADD_DEGRADED,
    ADD_DOWN,
    ADD_DRAINING,
    REMOVE,
    /** Into maintenance: until it is out of it, it is in no assignment. */
    DRAIN,
    UNDRAIN,
    FAIL,
    DEGRADE,
    PASS
  }

  /**
   * What the registry says next, how long after the last, and how Envoy's checks go meanwhile.
   *
   * @param forgets Lish starts again without data/
   */
  record Step(List<Kind> kinds, List<Integer> hosts, int seconds, long checks, boolean forgets) {}

  /**
   * How the cluster is configured.
   *
   * @param percent the cluster's panic threshold; less than 0: none is set
   * @param runtime what a runtime layer sets
   * @param factor the overprovisioning factor of the assignment
   * @param flags of the cluster and the registry
   */
  record Setting(
      int priorities, double percent, OptionalInt runtime, int factor, int reserve, Flags flags) {
    /** The threshold that Envoy takes. */
    int threshold() {
      return EnvoyPanic.threshold(percent < 0 ? 50 : percent, runtime);
    }
  }

  /**
   * Each of them may be set or not.
   *
   * @param activeChecks Envoy checks the hosts itself
   * @param dropsRemoved {@code ignore_health_on_host_removal}
   * @param excludesNew {@code ignore_new_hosts_until_first_hc}
   * @param localityWeighted {@code locality_weighted_lb_config}
   * @param weighted {@code weighted_priority_health}
   * @param knowsHealth the registry does not just call every host passing
   */
  record Flags(
      boolean activeChecks,
      boolean dropsRemoved,
      boolean excludesNew,
      boolean localityWeighted,
      boolean weighted,
      boolean knowsHealth) {
    static Flags of(int bits) {
      return new Flags(
          (bits & 1) == 0,
          (bits & 2) == 0,
          (bits & 4) != 0,
          (bits & 8) != 0,
          (bits & 16) != 0,
          (bits & 96) != 0);
    }
  }

  /** Histories of clusters with so many priorities. */
  static Arbitrary<GuardHistory> of(int fewest, int most, int reserve) {
    Arbitrary<Flags> flags = Arbitraries.integers().between(0, 127).map(Flags::of);
    Arbitrary<Double> percent =
        Arbitraries.oneOf(
            Arbitraries.of(-1.0, 0.0, 0.99, 1.0, 25.0, 29.0, 50.0, 57.0, 58.0, 71.0, 72.0, 100.0),
            Arbitraries.doubles().between(0, 100).ofScale(2));
    Arbitrary<OptionalInt> runtime =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(3, Arbitraries.just(OptionalInt.empty())),
            net.jqwik.api.Tuple.of(1, Arbitraries.integers().between(0, 120).map(OptionalInt::of)));
    Arbitrary<Integer> factor =
        Arbitraries.oneOf(Arbitraries.just(140), Arbitraries.integers().between(100, 300));
    return Combinators.combine(
            Arbitraries.integers().between(fewest, most), percent, runtime, factor, flags)
        .as((levels, p, r, f, bits) -> new Setting(levels, p, r, f, reserve, bits))
        .flatMap(GuardHistory::of);
  }

  private static Arbitrary<GuardHistory> of(Setting setting) {
    int levels = setting.priorities();
    Arbitrary<Step> steps =
        Combinators.combine(
                Arbitraries.of(Kind.values()).list().ofSize(6),
                Arbitraries.integers().between(0, 30 * levels - 1).list().ofSize(6),
                Arbitraries.of(1, 5, 61, 700),
                Arbitraries.longs(),
                Arbitraries.integers().between(0, 19).map(n -> n == 0))
            .as(Step::new);
    return Combinators.combine(
            Arbitraries.integers().between(0, 14).list().ofSize(levels),
            Arbitraries.oneOf(Arbitraries.just(0L), Arbitraries.longs()),
            steps.list().ofMinSize(1).ofMaxSize(8))
        .as((start, down, all) -> new GuardHistory(setting, start, down, all));
  }
}
