package dev.lish.pipeline;

import dev.lish.guard.Presence;
import dev.lish.model.Revision;
import dev.lish.source.Hold;
import dev.lish.source.Hold.Entry;
import dev.lish.source.Hold.Kind;
import dev.lish.source.Holds;
import dev.lish.source.SharedRepository;
import dev.lish.source.SharedState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is kept back: as all replicas share it, and what this one has to share still. The latter
 * counts here at once, so that nothing goes out meanwhile which others keep. Confined to the
 * pipeline's thread.
 */
final class Holding {
  private static final Logger log = LoggerFactory.getLogger(Holding.class);

  /** How long an entry that has ended stays, so that nobody keeps the same host back again. */
  private static final Duration MEMORY = Duration.ofHours(1);

  private static final Duration RETRY = Duration.ofSeconds(5);

  /** A host that has been back for so long is kept back no longer. */
  private static final Duration BACK = Duration.ofSeconds(60);

  /** So many entries that have ended are remembered in any case. */
  private static final int LEAST_ENDED = 20;

  private final SharedRepository repository;
  private final Executor loop;
  private Holds shared = Holds.NONE;
  private Revision revision = Revision.NONE;

  /** By name: the hosts that it is to have, all of them; an empty one is to go. */
  private final Map<String, Hold> wanted = new HashMap<>();

  private final Map<String, Instant> triedAt = new HashMap<>();
  private final Map<String, Presence.Held> seen = new HashMap<>();

  /** By name of the hold: hosts that are back, and since when. */
  private final Map<String, Map<String, Instant>> returned = new HashMap<>();

  private final Map<Kind, Set<String>> index = new EnumMap<>(Kind.class);
  private final Set<String> lost = new HashSet<>();

  Holding(SharedRepository repository, Executor loop) {
    this.repository = repository;
    this.loop = loop;
  }

  /** Takes in what is shared now; true when it says something else than before. */
  boolean take(SharedState state) {
    revision = state.revision();
    boolean changed = !state.holds().equals(shared);
    shared = state.holds();
    if (changed) {
      wanted.replaceAll((name, hold) -> withShared(hold));
    }
    wanted.values().removeIf(hold -> hold.hosts().equals(shared.entries(hold.kind(), hold.of())));
    if (changed) {
      triedAt.clear();
    }
    index();
    return changed;
  }

  /** Where another replica was first, what it keeps is kept too. */
  private Hold withShared(Hold hold) {
    if (hold.kind() == Kind.WAITING) {
      return hold;
    }
    SortedMap<String, Entry> both = new TreeMap<>(shared.entries(hold.kind(), hold.of()));
    both.putAll(hold.hosts());
    return new Hold(hold.kind(), hold.of(), both);
  }

  /**
   * The registries in which nothing is left: what they had is kept for as long as that is so. Where
   * it no longer is, its services come back one by one, so the rest is kept for this time more.
   */
  void lost(Set<String> registries, Duration grace, Instant now) {
    Set<String> back = new HashSet<>(lost);
    back.removeAll(registries);
    lost.clear();
    lost.addAll(registries);
    if (back.isEmpty()) {
      return;
    }
    Instant until = now.plus(grace);
    for (String of : List.copyOf(of(Kind.GONE))) {
      if (back.contains(registry(of))) {
        SortedMap<String, Entry> all = entries(Kind.GONE, of);
        all.replaceAll(
            (host, e) -> e.until().isBefore(until) ? new Entry(e.since(), until, e.instance()) : e);
        want(new Hold(Kind.GONE, of, all));
      }
    }
  }

  /** True when anything is held back. */
  boolean holds() {
    return !index.isEmpty();
  }

  /** What there are holds of. */
  Set<String> of(Kind kind) {
    return index.getOrDefault(kind, Set.of());
  }

  private void index() {
    index.clear();
    Stream.concat(shared.holds().values().stream(), wanted.values().stream())
        .forEach(hold -> index.computeIfAbsent(hold.kind(), k -> new HashSet<>()).add(hold.of()));
  }

  /** All entries, ended or not. */
  SortedMap<String, Entry> entries(Kind kind, String of) {
    SortedMap<String, Entry> own = new TreeMap<>(shared.entries(kind, of));
    Hold more = wanted.get(Hold.name(kind, of));
    if (more != null) {
      own.putAll(more.hosts());
    }
    return own;
  }

  /** The entries that keep something back now. */
  SortedMap<String, Entry> active(Kind kind, String of, Instant now) {
    SortedMap<String, Entry> active = entries(kind, of);
    active.values().removeIf(entry -> !isActive(kind, of, entry, now));
    return active;
  }

  private boolean isActive(Kind kind, String of, Entry entry, Instant now) {
    if (kind != Kind.GONE) {
      return shared.isActive(of, entry, now);
    }
    // One that was let go has no instance any more: a registry that is lost later keeps it no more.
    boolean kept = lost.contains(registry(of)) && !shared.isReleased(of, entry);
    return entry.instance().isPresent() && (kept || shared.isActive(of, entry, now));
  }

  private static String registry(String query) {
    int colon = query.indexOf(':');
    return colon < 0 ? query : query.substring(0, colon);
  }

  /** The same, as the rules for too many at once need it. */
  Presence.Held held(String query, Instant now) {
    Map<String, Entry> gone = active(Kind.GONE, query, now);
    Map<String, Entry> critical = active(Kind.CRITICAL, query, now);
    Set<String> letGo = new HashSet<>(entries(Kind.GONE, query).keySet());
    letGo.removeAll(gone.keySet());
    Set<String> exposed = new HashSet<>(entries(Kind.CRITICAL, query).keySet());
    exposed.removeAll(critical.keySet());
    Map<String, Instant> since = new HashMap<>();
    gone.forEach((host, entry) -> since.put(host, entry.since()));
    return new Presence.Held(since, letGo, critical.keySet(), exposed);
  }

  /** The queries for which what keeps hosts back is not what it was at the last look. */
  Set<String> moved(Instant now) {
    Set<String> candidates = new HashSet<>(of(Kind.GONE));
    candidates.addAll(of(Kind.CRITICAL));
    candidates.addAll(seen.keySet());
    Set<String> moved = new HashSet<>();
    for (String query : candidates) {
      Presence.Held held = held(query, now);
      boolean none = held.equals(Presence.Held.NONE);
      Presence.Held before = none ? seen.remove(query) : seen.put(query, held);
      if (!held.equals(before == null ? Presence.Held.NONE : before)) {
        moved.add(query);
      }
    }
    return moved;
  }

  /** These are kept back too. */
  void add(Kind kind, String of, Map<String, Entry> more) {
    if (!more.isEmpty()) {
      SortedMap<String, Entry> all = entries(kind, of);
      all.putAll(more);
      want(new Hold(kind, of, all));
    }
  }

  /** Just these wait, beside those whose wait has ended. */
  void wait(String of, Set<String> hosts, Duration longest, Instant now) {
    SortedMap<String, Entry> all = new TreeMap<>();
    entries(Kind.WAITING, of)
        .forEach(
            (host, entry) -> {
              boolean ended = !isActive(Kind.WAITING, of, entry, now);
              if (hosts.contains(host) || (ended && entry.until().plus(MEMORY).isAfter(now))) {
                all.put(host, entry);
              }
            });
    for (String host : hosts) {
      all.computeIfAbsent(host, h -> new Entry(now, now.plus(longest), Optional.empty()));
    }
    want(new Hold(Kind.WAITING, of, all));
  }

  /**
   * Forgets hosts that have been back for a while, and those that ended long ago; of those that
   * ended only so many are remembered as are kept.
   */
  void tidy(Kind kind, String of, Set<String> back, Instant now) {
    SortedMap<String, Entry> before = entries(kind, of);
    if (before.isEmpty()) {
      returned.remove(Hold.name(kind, of));
      return;
    }
    Map<String, Instant> since =
        returned.computeIfAbsent(Hold.name(kind, of), n -> new HashMap<>());
    since.keySet().retainAll(back);
    SortedMap<String, Entry> all = new TreeMap<>();
    List<Map.Entry<String, Instant>> ended = new ArrayList<>();
    before.forEach(
        (host, entry) -> {
          boolean active = isActive(kind, of, entry, now);
          Instant at = back.contains(host) ? since.computeIfAbsent(host, h -> now) : now;
          boolean over = !active && !entry.until().plus(MEMORY).isAfter(now);
          // Other replicas may see it a little later: until then nobody may miss it.
          if (over || (!active && back.contains(host)) || !at.plus(BACK).isAfter(now)) {
            return;
          }
          all.put(host, active || kind != Kind.GONE ? entry : ended(entry, entry.until()));
          if (!active) {
            ended.add(Map.entry(host, entry.until()));
          }
        });
    int surplus = ended.size() - Math.max(LEAST_ENDED, all.size() - ended.size());
    ended.sort(
        Map.Entry.<String, Instant>comparingByValue().thenComparing(Map.Entry.comparingByKey()));
    ended.subList(0, Math.max(0, surplus)).forEach(one -> all.remove(one.getKey()));
    if (!all.equals(before)) {
      want(new Hold(kind, of, all));
    }
  }

  /** There is nothing any more that it could be of. */
  void forget(Kind kind, String of) {
    if (!entries(kind, of).isEmpty()) {
      want(new Hold(kind, of, new TreeMap<>()));
    }
  }

  /** These are kept back no longer. */
  void end(Kind kind, String of, Set<String> hosts, Instant now) {
    SortedMap<String, Entry> all = entries(kind, of);
    all.replaceAll((host, entry) -> hosts.contains(host) ? ended(entry, now) : entry);
    want(new Hold(kind, of, all));
  }

  private static Entry ended(Entry entry, Instant at) {
    Instant until = entry.until().isBefore(at) ? entry.until() : at;
    return new Entry(entry.since(), until, Optional.empty());
  }

  private void want(Hold hold) {
    if (hold.hosts().equals(shared.entries(hold.kind(), hold.of()))) {
      wanted.remove(hold.name());
    } else {
      wanted.put(hold.name(), hold);
    }
    index();
  }

  /** Shares what is not shared yet. */
  void share(Instant now) {
    for (Hold hold : wanted.values()) {
      Instant tried = triedAt.get(hold.name());
      if (tried != null && tried.plus(RETRY).isAfter(now)) {
        continue;
      }
      triedAt.put(hold.name(), now);
      String summary =
          hold.hosts().isEmpty()
              ? "Hold back nothing of " + hold.of()
              : "Hold back %d %s of %s"
                  .formatted(hold.hosts().size(), hold.kind().label(), hold.of());
      var unused =
          repository
              .putHold(revision, hold, summary)
              .handleAsync(
                  (commit, failure) -> {
                    if (failure != null || !commit.succeeded()) {
                      log.debug("{}: {}", summary, failure == null ? commit : failure.toString());
                    }
                    return commit;
                  },
                  loop);
    }
  }

  /** What is kept back now, for people: not what is back by itself. */
  List<GuardView.Kept> kept(Instant now) {
    SortedMap<String, Hold> all = new TreeMap<>(shared.holds());
    wanted.forEach((name, hold) -> all.putIfAbsent(name, hold));
    List<GuardView.Kept> kept = new ArrayList<>();
    all.forEach(
        (name, hold) -> {
          SortedMap<String, Entry> active = active(hold.kind(), hold.of(), now);
          active.keySet().removeAll(returned.getOrDefault(name, Map.of()).keySet());
          if (!active.isEmpty()) {
            kept.add(
                new GuardView.Kept(
                    new Hold(hold.kind(), hold.of(), active), !wanted.containsKey(name)));
          }
        });
    return kept;
  }
}
