package dev.lish.guard;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a registry said of a service's hosts, and how many of them went or turned critical lately:
 * whether the next are too many at once. Immutable.
 *
 * @param last host to true when it was passing; hosts in maintenance are absent
 * @param gone hosts that were passing and went, since when
 * @param turned hosts that were passing and are critical, since when
 * @param most the most hosts that it had passing at once since it was last quiet: nothing kept, and
 *     nothing gone within the window. No more than so many are kept
 */
public record Presence(
    SortedMap<String, Boolean> last,
    SortedMap<String, Instant> gone,
    SortedMap<String, Instant> turned,
    int most) {
  /** Nothing is known. */
  public static final Presence NONE =
      new Presence(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), 0);

  /** Copies the maps. */
  public Presence {
    last = Collections.unmodifiableSortedMap(new TreeMap<>(last));
    gone = Collections.unmodifiableSortedMap(new TreeMap<>(gone));
    turned = Collections.unmodifiableSortedMap(new TreeMap<>(turned));
  }

  /**
   * What the registry says now.
   *
   * @param hosts to true when it is passing, without those in maintenance
   * @param maintenance hosts that an operator took out: they are not missed
   */
  public record Answer(Map<String, Boolean> hosts, Set<String> maintenance) {}

  /**
   * What holds say of hosts.
   *
   * @param kept hosts that are kept though they are gone, since when
   * @param letGo hosts that were kept and no longer are
   * @param shielded hosts that are shown as passing though they are critical
   * @param exposed hosts that were shielded and no longer are
   */
  public record Held(
      Map<String, Instant> kept, Set<String> letGo, Set<String> shielded, Set<String> exposed) {
    /** No hold. */
    public static final Held NONE = new Held(Map.of(), Set.of(), Set.of(), Set.of());
  }

  /**
   * What follows.
   *
   * @param presence what to go on from
   * @param keep hosts to keep from now on, beside those that are kept
   * @param shield hosts to show as passing from now on, beside those that are
   * @param drop hosts that are kept no longer, since there are too many of them
   * @param left hosts that went now, though they were last seen passing
   */
  public record Outcome(
      Presence presence,
      SortedSet<String> keep,
      SortedSet<String> shield,
      SortedSet<String> drop,
      SortedSet<String> left) {}

  /** Takes in an answer. */
  public Outcome next(Answer answer, Held held, GuardSettings settings, Instant now) {
    TreeMap<String, Boolean> seen = new TreeMap<>(answer.hosts());
    TreeMap<String, Instant> went = recent(gone, settings.window(), now);
    went.keySet().removeAll(seen.keySet());
    TreeSet<String> missing = new TreeSet<>();
    TreeSet<String> left = new TreeSet<>();
    last.forEach(
        (host, passing) -> {
          boolean absent = !seen.containsKey(host) && !answer.maintenance().contains(host);
          if (absent && passing) {
            if (held.kept().containsKey(host)) {
              seen.put(host, true);
            } else if (held.letGo().contains(host) || !settings.enabled()) {
              left.add(host);
            } else {
              missing.add(host);
            }
          }
        });
    int passing = (int) answer.hosts().values().stream().filter(p -> p).count();
    int stayed = stayed(answer);
    TreeMap<String, Instant> kept = new TreeMap<>(held.kept());
    kept.keySet().removeAll(answer.hosts().keySet());
    kept.keySet().removeAll(answer.maintenance());
    boolean tooMany =
        isMass(missing.size() + went.size() + kept.size(), stayed, settings) && !missing.isEmpty();
    if (tooMany) {
      missing.forEach(host -> seen.put(host, true));
    } else {
      left.addAll(missing);
      missing.clear();
    }
    // Where nothing is known yet, what others keep is part of what it had.
    int known = last.isEmpty() ? passing + kept.size() : this.most;
    int most = kept.isEmpty() && went.isEmpty() ? listed() : Math.max(known, passing);
    SortedSet<String> drop = oldest(kept, kept.size() + missing.size() - Math.max(most, passing));
    seen.keySet().removeAll(drop);
    left.addAll(drop);
    left.forEach(host -> went.put(host, now));
    TreeMap<String, Instant> turning = turning(answer, settings, now);
    return new Outcome(
        new Presence(seen, went, turning, Math.max(most, passing)),
        missing,
        shield(turning, stayed, held, settings),
        drop,
        left);
  }

  /**
   * How many are passing that were there before. Who comes in the answer in which others go makes
   * up for none of them: nothing is known of him yet.
   */
  private int stayed(Answer answer) {
    return (int)
        answer.hosts().entrySet().stream()
            .filter(host -> host.getValue() && last.containsKey(host.getKey()))
            .count();
  }

  /** How many were passing at the last answer, or kept. */
  private int listed() {
    return (int) last.values().stream().filter(passing -> passing).count();
  }

  /** So many of those that have been kept the longest: they are the least likely to be alive. */
  private static SortedSet<String> oldest(Map<String, Instant> kept, int surplus) {
    TreeSet<String> oldest = new TreeSet<>();
    kept.entrySet().stream()
        .sorted(Map.Entry.<String, Instant>comparingByValue().thenComparing(Map.Entry::getKey))
        .limit(Math.max(0, surplus))
        .forEach(host -> oldest.add(host.getKey()));
    return oldest;
  }

  private TreeMap<String, Instant> turning(Answer answer, GuardSettings settings, Instant now) {
    TreeMap<String, Instant> turning = recent(turned, settings.window(), now);
    turning.keySet().removeIf(host -> answer.hosts().getOrDefault(host, true));
    answer
        .hosts()
        .forEach(
            (host, passing) -> {
              if (!passing && last.getOrDefault(host, false)) {
                turning.put(host, now);
              }
            });
    return turning;
  }

  /**
   * What would be kept if these hosts were gone from the registry now.
   *
   * @param hosts to go; those that are kept already are gone
   * @return those that would be kept from now on, beside those that are
   */
  public SortedSet<String> keptWithout(
      Set<String> hosts, Held held, GuardSettings settings, Instant now) {
    TreeMap<String, Boolean> others = new TreeMap<>(last);
    others.keySet().removeAll(hosts);
    others.keySet().removeAll(held.kept().keySet());
    return next(new Answer(others, Set.of()), held, settings, now).keep();
  }

  private static SortedSet<String> shield(
      Map<String, Instant> turning, int stayed, Held held, GuardSettings settings) {
    TreeSet<String> shield = new TreeSet<>();
    if (settings.enabled() && isMass(turning.size(), stayed, settings)) {
      shield.addAll(turning.keySet());
      shield.removeAll(held.shielded());
      shield.removeAll(held.exposed());
    }
    return shield;
  }

  private static boolean isMass(int lost, int stayed, GuardSettings settings) {
    return 100L * lost > (long) settings.mass() * (lost + stayed);
  }

  private static TreeMap<String, Instant> recent(
      Map<String, Instant> events, Duration window, Instant now) {
    TreeMap<String, Instant> recent = new TreeMap<>(events);
    recent.values().removeIf(at -> !at.plus(window).isAfter(now));
    return recent;
  }

  /** When an event is forgotten; nothing else happens here by time alone. */
  public boolean isQuiet() {
    return gone.isEmpty() && turned.isEmpty();
  }

  /** The hosts that were listed or kept last. */
  public Collection<String> hosts() {
    return last.keySet();
  }
}
