package dev.lish.guard;

import dev.lish.guard.Base.Known;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Several priorities, or weights of localities: a raised factor would keep load from spilling to
 * other priorities and localities, so hosts are added in steps, each within the bound; only what
 * cannot wait raises the factor.
 */
final class Steps {
  private final Stock stock;
  private final Set<String> waiting = new TreeSet<>();

  private Steps(Stock stock) {
    this.stock = stock;
  }

  static Outcome decide(Stock stock) {
    return new Steps(stock).decide();
  }

  private Outcome decide() {
    if (stock.base.isEmpty() || stock.hosts.values().stream().noneMatch(Known::settled)) {
      return unknown();
    }
    if (stock.panicsAlready(Levels.View.AS_SAID)) {
      if (stock.panicsAlready(Levels.View.AT_BEST)) {
        stock.alarms.add("Envoys are in panic already, as far as the registry knows");
        stock.addAll();
        return admit("there is panic already: more hosts can only help");
      }
      stock.alarms.add("Envoys may be in panic, unless hosts are up that were added lately");
    }
    for (Host host : stock.additions) {
      if (stock.proposal.due().contains(host.key())) {
        stock.add(host);
      }
    }
    boolean dueIsSafe = isSafe();
    stock.makeUpFor(dueIsSafe);
    if (!dueIsSafe && (stock.loses() || stock.hosts.size() > stock.sent())) {
      stock.addAll();
      return raised("a change that cannot wait is not safe without it");
    }
    List<String> added = new ArrayList<>();
    SortedMap<Integer, Level> levels = stock.levels(false);
    for (Host host : stock.additions) {
      if (!stock.hosts.containsKey(host.key())) {
        tryToAdd(host, added, levels);
      }
    }
    // A factor that was raised while there was one priority holds until its hosts are settled.
    boolean raisedBefore = stock.base.flatMap(Base::raisedSince).isPresent();
    return raisedBefore && !isSafe()
        ? raised(
            stock.gone.isEmpty()
                ? "the hosts that were added before are not settled yet"
                : stock.gone.size() + " hosts that were up have left")
        : new Outcome(stock.written, stepped(added), waiting);
  }

  private Outcome unknown() {
    // Where all hosts are replaced at once, Envoys had some: no panic may start with the new ones.
    boolean first = stock.base.map(base -> base.hosts().isEmpty()).orElse(false);
    stock.makeUpFor(false);
    if (stock.base.isEmpty()) {
      // All but these have been taken for old already. Replicas agree on who waits.
      for (Host host : stock.additions) {
        waiting.add(host.key());
        stock.putOff(host);
      }
    } else {
      stock.addAll();
    }
    return first
        ? admit("there was no host before")
        : raised("nothing is known of the hosts that Envoys have");
  }

  private Outcome admit(String because) {
    return new Outcome(stock.written, new Verdict.Admit(because), waiting);
  }

  private boolean isSafe() {
    return stock.safe(stock.levels(true));
  }

  /**
   * Adds it where that is safe.
   *
   * @param levels of all that go out until now; it is counted in where it does too
   */
  private void tryToAdd(Host host, List<String> added, SortedMap<Integer, Level> levels) {
    stock.add(host);
    // Not all are counted anew for each: there may be thousands.
    SortedMap<Integer, Level> with = new TreeMap<>(levels);
    with.merge(host.priority(), stock.level(host), Level::plus);
    boolean safe = stock.safeLessReserve(with);
    if (safe && !stock.proposal.waiting().contains(host.key())) {
      added.add(host.key());
      levels.putAll(with);
      return;
    }
    if (!safe) {
      waiting.add(host.key());
    }
    stock.putOff(host);
  }

  private Verdict stepped(List<String> added) {
    Set<String> later = new TreeSet<>(waiting);
    stock.additions.stream()
        .map(Host::key)
        .filter(key -> !stock.hosts.containsKey(key))
        .forEach(later::add);
    if (later.isEmpty()) {
      return new Verdict.Admit(
          isSafe() ? "it is safe even if every new host is down" : "no host is added");
    }
    Optional<Instant> next =
        stock.hosts.values().stream()
            .filter(known -> !known.settled())
            .flatMap(known -> known.settlesAt(stock.settle).stream())
            .min(Comparator.naturalOrder());
    String because = later.size() + " hosts wait: with them, all down, Envoys would be in panic";
    return added.isEmpty()
        ? new Verdict.Hold(List.copyOf(later), next, because)
        : new Verdict.Step(added, List.copyOf(later), next, because);
  }

  private Outcome raised(String because) {
    int needed = Integer.MAX_VALUE;
    int most = 1;
    for (Level level : stock.levels(true).values()) {
      most = Math.max(most, level.counted());
      if (level.available() > 0) {
        needed = Math.min(needed, stock.factor(level.counted(), level.available()));
      }
    }
    // Some priority has a host that is up, which one is not known.
    needed = needed == Integer.MAX_VALUE ? stock.factor(most, 1) : needed;
    // Who leaves counts, as down, for as long as he is listed.
    boolean known =
        stock.gone.isEmpty()
            && stock.hosts.values().stream()
                .noneMatch(host -> stock.isUnsure(host) || host.leaving().isPresent());
    if (needed <= stock.written || known) {
      return admit("the factor of the assignment is enough");
    }
    // In every round of the raise: it costs the same for as long as it lasts.
    stock.alarms.add("a change that cannot wait stops the spill to other priorities for a while");
    return new Outcome(needed, new Verdict.Raise(needed, stock.raisedUntil(), because), waiting);
  }
}
