package dev.lish.pipeline;

import dev.lish.guard.Decision;
import dev.lish.guard.Terms;
import dev.lish.model.Revision;
import dev.lish.source.Hold;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * What the guard did, and what it keeps back.
 *
 * @param assignments every assignment that is guarded, sorted by name
 * @param holds what is kept back
 * @param changes revisions that wait because of what they would do to hosts
 * @param alarms how many alarms there were since the start
 * @param last the last of them, the newest at the end
 */
public record GuardView(
    List<Guarded> assignments,
    List<Kept> holds,
    List<Change> changes,
    long alarms,
    List<Alarm> last) {
  /** Nothing is guarded. */
  public static final GuardView NONE = new GuardView(List.of(), List.of(), List.of(), 0, List.of());

  /** Copies the lists. */
  public GuardView {
    assignments = List.copyOf(assignments);
    holds = List.copyOf(holds);
    changes = List.copyOf(changes);
    last = List.copyOf(last);
  }

  /**
   * An assignment.
   *
   * @param name its EDS name
   * @param terms on which its hosts may change, and the clusters that use it
   * @param of what the holds that concern it are of
   * @param decision the last
   */
  public record Guarded(String name, Terms terms, Set<String> of, Decision decision) {
    /** Copies the set. */
    public Guarded {
      of = Set.copyOf(of);
    }
  }

  /**
   * A hold.
   *
   * @param hold with the hosts that it keeps back now
   * @param shared false: other replicas do not know of it yet
   */
  public record Kept(Hold hold, boolean shared) {}

  /**
   * A revision that waits until it is promoted by name, or until it would do no harm.
   *
   * @param because one sentence for each hazard
   */
  public record Change(String stage, Revision revision, List<String> because) {
    /** Copies the list. */
    public Change {
      because = List.copyOf(because);
    }
  }

  /** Something that a person should know of. */
  public record Alarm(Instant at, String text) {}
}
