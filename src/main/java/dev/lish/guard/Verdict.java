package dev.lish.guard;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What becomes of a change of hosts. */
public sealed interface Verdict {
  /** It goes out as it is, for this reason. */
  record Admit(String because) implements Verdict {}

  /**
   * It goes out at once, with a raised overprovisioning factor: panic starts where it would start
   * without the change.
   *
   * @param factor in percent
   * @param until when the factor is expected to go back; empty: not before hosts are passing that
   *     are not yet
   */
  record Raise(int factor, Optional<Instant> until, String because) implements Verdict {}

  /**
   * A part goes out now, the rest when that part has been passing for the settle time.
   *
   * @param now hosts that are added now
   * @param later hosts that wait
   * @param when the earliest time of the next step; empty: not before hosts are passing that are
   *     not yet
   */
  record Step(List<String> now, List<String> later, Optional<Instant> when, String because)
      implements Verdict {
    /** Copies the lists. */
    public Step {
      now = List.copyOf(now);
      later = List.copyOf(later);
    }
  }

  /** Nothing is added now. */
  record Hold(List<String> hosts, Optional<Instant> when, String because) implements Verdict {
    /** Copies the list. */
    public Hold {
      hosts = List.copyOf(hosts);
    }
  }

  /** Calls the function of the case. */
  default <R> R match(
      Function<Admit, R> admit,
      Function<Raise, R> raise,
      Function<Step, R> step,
      Function<Hold, R> hold) {
    if (this instanceof Admit a) {
      return admit.apply(a);
    } else if (this instanceof Raise r) {
      return raise.apply(r);
    }
    return this instanceof Step s ? step.apply(s) : hold.apply((Hold) this);
  }

  /** Why, in words. */
  default String because() {
    return match(Admit::because, Raise::because, Step::because, Hold::because);
  }
}
