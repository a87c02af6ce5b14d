package dev.lish.pipeline;

import dev.lish.guard.Decision;
import dev.lish.guard.GuardSettings;
import dev.lish.guard.Presence;
import dev.lish.guard.Terms;
import dev.lish.model.Revision;
import dev.lish.source.Hold;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the guard did, and what it keeps back.
 *
 * @param assignments every assignment that is guarded, sorted by name
 * @param services what registries said last, by query
 * @param holds what is kept back
 * @param changes revisions that wait because of what they would do to hosts
 * @param crowdedOut hosts that were let go early since the start, since too many were kept
 * @param alarms how many alarms there were since the start
 * @param last the last of them, the newest at the end
 */
public record GuardView(
    List<Guarded> assignments,
    Map<String, Service> services,
    List<Kept> holds,
    List<Change> changes,
    long crowdedOut,
    long alarms,
    List<Alarm> last) {
  /** Nothing is guarded. */
  public static final GuardView NONE =
      new GuardView(List.of(), Map.of(), List.of(), List.of(), 0, 0, List.of());

  /** Copies the lists. */
  public GuardView {
    assignments = List.copyOf(assignments);
    services = Map.copyOf(services);
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
   * What a registry said of a query's hosts, and what decides how many of them may go at once.
   *
   * @param presence what it said
   * @param held what is kept of it
   * @param kept until when, by host
   * @param settings of the clusters that use it
   */
  public record Service(
      Presence presence, Presence.Held held, Map<String, Instant> kept, GuardSettings settings) {
    /** Copies the map. */
    public Service {
      kept = Map.copyOf(kept);
    }

    /** These hosts, of those that would be kept if all of them went now, and until when. */
    public Map<String, Instant> keptWithout(Set<String> hosts, Instant now) {
      Map<String, Instant> all = new HashMap<>(kept);
      presence
          .keptWithout(hosts, held, settings, now)
          .forEach(host -> all.put(host, now.plus(settings.hold())));
      all.keySet().retainAll(hosts);
      return all;
    }
  }

  /** An instant as people read it: the next whole second. */
  public static Instant second(Instant instant) {
    Instant whole = instant.truncatedTo(ChronoUnit.SECONDS);
    return whole.equals(instant) ? whole : whole.plusSeconds(1);
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
   * @param clusters whose hosts: a release of all of them lets it go
   */
  public record Change(
      String stage, Revision revision, List<String> because, SortedSet<String> clusters) {
    /** Copies the collections. */
    public Change {
      because = List.copyOf(because);
      clusters = Collections.unmodifiableSortedSet(new TreeSet<>(clusters));
    }

    /** What a release of it is of. */
    public String of() {
      return of(stage, revision);
    }

    static String of(String stage, Revision revision) {
      return "revision " + revision.number() + " of stage " + stage;
    }
  }

  /** Something that a person should know of. */
  public record Alarm(Instant at, String text) {}
}
