package dev.lish.guard;

import com.google.protobuf.ByteString;
import dev.lish.guard.Base.Known;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** One decision on one assignment. */
final class Round {
  /** For so long a host that Envoy would keep is listed as UNHEALTHY before it is removed. */
  private static final Duration LEAVE = Duration.ofSeconds(3);

  /** Hosts that left and are made up for; more than these change nothing. */
  private static final int MOST_GONE = 10_000;

  private final Optional<Base> base;
  private final Proposal proposal;
  private final ClusterLoadAssignment wanted;
  private final Instant now;
  private final Duration settle;
  private final int threshold;
  private final int written;
  private final SortedMap<String, Known> hosts = new TreeMap<>();
  private final Map<String, Host> listed = new HashMap<>();
  private final List<Host> additions = new ArrayList<>();
  private final List<Instant> gone = new ArrayList<>();
  private final List<String> alarms = new ArrayList<>();
  private final Set<String> waiting = new TreeSet<>();
  private int left;

  Round(Optional<Base> base, Proposal proposal, ClusterLoadAssignment wanted, Instant now) {
    this.base = base;
    this.proposal = proposal;
    this.wanted = wanted;
    this.now = now;
    GuardSettings settings = proposal.settings();
    // Without checks of its own Envoy takes the assignment's word for it, at once.
    this.settle =
        !proposal.rules().activeChecks()
            ? Duration.ZERO
            : proposal.knowsHealth() ? settings.settle() : settings.longestRaise();
    this.threshold = proposal.rules().threshold();
    this.written =
        wanted.getPolicy().hasOverprovisioningFactor()
            ? wanted.getPolicy().getOverprovisioningFactor().getValue()
            : PanicRule.DEFAULT_FACTOR;
  }

  Decision decide() {
    takeStock();
    Outcome outcome;
    if (!proposal.settings().enabled()) {
      outcome = all(new Verdict.Admit("the guard is switched off for this cluster"));
    } else if (threshold == 0) {
      outcome = all(new Verdict.Admit("the panic threshold is below 1: there is no panic"));
    } else {
      outcome = isAlone() ? alone() : together();
    }
    return finish(outcome);
  }

  /** What goes out: with which factor, and why. */
  private record Outcome(int factor, Verdict verdict) {}

  /** Who stays, who is new, who left. */
  private void takeStock() {
    Base before = base.orElse(Base.NONE);
    for (Host host : Host.of(wanted)) {
      listed.put(host.key(), host);
      Known known = before.hosts().get(host.key());
      if (known != null) {
        hosts.put(host.key(), formed(host, known).at(host, now, settle));
      } else if (base.isEmpty()) {
        hosts.put(host.key(), fresh(host, true));
      } else {
        additions.add(host);
      }
    }
    additions.sort(
        Comparator.comparingInt(Host::priority).thenComparing((Host host) -> host.key()));
    Instant oldest = now.minus(proposal.settings().longestRaise());
    before.gone().stream().filter(at -> at.isAfter(oldest)).forEach(gone::add);
    before.hosts().forEach(this::leave);
  }

  private void leave(String key, Known known) {
    if (listed.containsKey(key)) {
      return;
    }
    Instant since = known.leaving().orElse(now);
    if (known.leaving().isEmpty() && known.settled() && known.passingSince().isPresent()) {
      left++;
    }
    boolean stays = !known.form().isEmpty() && since.plus(LEAVE).isAfter(now);
    if (stays) {
      hosts.put(
          key,
          new Known(
              known.priority(),
              known.added(),
              known.inherited(),
              Optional.empty(),
              known.settled(),
              Optional.of(since),
              known.form()));
    }
  }

  /** Whether hosts must be listed for a while after they left can change with the cluster. */
  private Known formed(Host host, Known known) {
    return keepsForms() == known.form().isEmpty() ? known.with(form(host)) : known;
  }

  private boolean keepsForms() {
    return proposal.rules().activeChecks() && !proposal.rules().dropsRemoved();
  }

  private ByteString form(Host host) {
    return keepsForms() ? Assignments.form(wanted, host.key()) : ByteString.EMPTY;
  }

  private Known fresh(Host host, boolean inherited) {
    ByteString form = form(host);
    return new Known(
            host.priority(), now, inherited, Optional.empty(), false, Optional.empty(), form)
        .at(host, now, settle);
  }

  private Outcome all(Verdict verdict) {
    additions.forEach(host -> hosts.put(host.key(), fresh(host, false)));
    return new Outcome(written, verdict);
  }

  private boolean isAlone() {
    long priorities =
        Stream.concat(
                listed.values().stream().map(Host::priority),
                hosts.values().stream().map(Known::priority))
            .distinct()
            .count();
    return priorities <= 1 && !proposal.rules().localityWeighted();
  }

  // ---- one priority

  /**
   * One priority: a raised factor does nothing but move the point where panic starts, so all goes
   * out at once, with the factor that leaves this point where it is without the change: at the same
   * number of available hosts. This holds whatever Envoy's own checks say of any host.
   */
  private Outcome alone() {
    all(new Verdict.Admit(""));
    int counted = hosts.size();
    int old = (int) hosts.values().stream().filter(Known::settled).count();
    int unsettled = counted - old;
    boolean safeAfterLoss = (left == 0 && gone.isEmpty()) || safe(levels(true));
    makeUpFor(safeAfterLoss);
    if (unsettled == 0 && gone.isEmpty()) {
      return new Outcome(written, new Verdict.Admit("every host has been there for long enough"));
    }
    int before = old + gone.size();
    int fewest =
        old == 0 ? 1 : Math.max(1, PanicRule.fewest(before, threshold, written) - gone.size());
    int needed = factor(counted, fewest);
    if (needed <= written) {
      return new Outcome(written, new Verdict.Admit("the factor of the assignment is enough"));
    }
    if (old > 0 && up() < fewest) {
      alarms.add(
          "fewer hosts are up (%d of %d) than panic starts at, apart from any change"
              .formatted(up(), old));
    }
    return new Outcome(
        needed, new Verdict.Raise(needed, raisedUntil(), because(unsettled, counted)));
  }

  /** A loss that is not safe by itself is made up for, for as long as the longest raise. */
  private void makeUpFor(boolean safeAfterLoss) {
    if (safeAfterLoss) {
      gone.clear();
      return;
    }
    for (int i = 0; i < left && gone.size() < MOST_GONE; i++) {
      gone.add(now);
    }
  }

  private String because(int unsettled, int counted) {
    String loss = gone.isEmpty() ? "" : gone.size() + " hosts that were up have left";
    String news =
        unsettled == 0
            ? ""
            : unsettled + " of " + counted + " hosts have not been up for long enough";
    return loss.isEmpty() || news.isEmpty() ? loss + news : news + ", and " + loss;
  }

  /** By weights, where the assignment counts them, one host may be as good as none. */
  private int factor(int counted, int available) {
    return wanted.getPolicy().getWeightedPriorityHealth()
        ? Assignments.weighedFactor(wanted)
        : PanicRule.factor(counted, available);
  }

  private Optional<Instant> raisedUntil() {
    Optional<Instant> until =
        gone.stream().max(Comparator.naturalOrder()).map(at -> at.plus(longest()));
    for (Known known : hosts.values()) {
      if (isUnsure(known)) {
        Optional<Instant> settles =
            known.settled()
                ? known.passingSince().map(at -> at.plus(settle))
                : known.settlesAt(settle);
        if (settles.isEmpty()) {
          return settles;
        }
        until = until.isEmpty() || settles.get().isAfter(until.get()) ? settles : until;
      }
    }
    return until;
  }

  /** True when it is not down for certain, and has not been up for long enough. */
  private boolean isUnsure(Known known) {
    return known.leaving().isEmpty()
        && (!known.settled()
            || known.passingSince().map(at -> at.plus(settle).isAfter(now)).orElse(false));
  }

  private Duration longest() {
    return proposal.settings().longestRaise();
  }

  // ---- several priorities, or weights of localities

  /**
   * A raised factor would keep load from spilling to other priorities and localities, so hosts are
   * added in steps, each within the bound; only what cannot wait raises the factor.
   */
  private Outcome together() {
    if (base.isEmpty() || hosts.values().stream().noneMatch(Known::settled)) {
      boolean first = base.isPresent() && hosts.isEmpty();
      gone.clear();
      all(new Verdict.Admit(""));
      return first
          ? new Outcome(written, new Verdict.Admit("there was no host before"))
          : raised("nothing is known of the hosts that Envoys have");
    }
    if (!PanicRule.safe(settledLevels(), threshold, written)) {
      gone.clear();
      alarms.add("Envoys are in panic already, as far as the registry knows");
      return all(new Verdict.Admit("there is panic already: more hosts can only help"));
    }
    List<String> added = new ArrayList<>();
    for (Host host : additions) {
      if (proposal.due().contains(host.key())) {
        hosts.put(host.key(), fresh(host, false));
      }
    }
    boolean dueIsSafe = safe(levels(true));
    makeUpFor(dueIsSafe);
    if (!dueIsSafe && (left > 0 || hosts.size() > sent())) {
      alarms.add("a change that cannot wait stops the spill to other priorities for a while");
      all(new Verdict.Admit(""));
      return raised("a change that cannot wait is not safe without it");
    }
    for (Host host : additions) {
      if (!hosts.containsKey(host.key())) {
        tryToAdd(host, added);
      }
    }
    // A factor that was raised while there was one priority holds until its hosts are settled.
    boolean raisedBefore = base.flatMap(Base::raisedSince).isPresent();
    return raisedBefore && !safe(levels(true))
        ? raised(
            gone.isEmpty()
                ? "the hosts that were added before are not settled yet"
                : gone.size() + " hosts that were up have left")
        : new Outcome(written, stepped(added));
  }

  /** How many hosts were sent and are wanted still. */
  private int sent() {
    Map<String, Known> before = base.orElse(Base.NONE).hosts();
    return (int) hosts.keySet().stream().filter(before::containsKey).count();
  }

  private void tryToAdd(Host host, List<String> added) {
    hosts.put(host.key(), fresh(host, false));
    if (safe(levels(true)) && !proposal.waiting().contains(host.key())) {
      added.add(host.key());
      return;
    }
    if (!safe(levels(true))) {
      waiting.add(host.key());
    }
    hosts.remove(host.key());
    listed.remove(host.key());
  }

  private Verdict stepped(List<String> added) {
    Set<String> later = new TreeSet<>(waiting);
    additions.stream().map(Host::key).filter(k -> !hosts.containsKey(k)).forEach(later::add);
    if (later.isEmpty()) {
      return new Verdict.Admit("it is safe even if every new host is down");
    }
    Optional<Instant> next =
        hosts.values().stream()
            .filter(known -> !known.settled())
            .flatMap(known -> known.settlesAt(settle).stream())
            .min(Comparator.naturalOrder());
    String because = later.size() + " hosts wait: with them, all down, Envoys would be in panic";
    return added.isEmpty()
        ? new Verdict.Hold(List.copyOf(later), next, because)
        : new Verdict.Step(added, List.copyOf(later), next, because);
  }

  private Outcome raised(String because) {
    int needed = Integer.MAX_VALUE;
    int most = 1;
    for (Level level : levels(true).values()) {
      most = Math.max(most, level.counted());
      if (level.available() > 0) {
        needed = Math.min(needed, factor(level.counted(), level.available()));
      }
    }
    // Some priority has a host that is up, which one is not known.
    needed = needed == Integer.MAX_VALUE ? factor(most, 1) : needed;
    boolean known = gone.isEmpty() && hosts.values().stream().noneMatch(this::isUnsure);
    if (needed <= written || known) {
      return new Outcome(written, new Verdict.Admit("the factor of the assignment is enough"));
    }
    return new Outcome(needed, new Verdict.Raise(needed, raisedUntil(), because));
  }

  // ---- counting

  private boolean safe(SortedMap<Integer, Level> levels) {
    return PanicRule.safe(List.copyOf(levels.values()), threshold, written);
  }

  /** How many are up as the registry says, for however short a time. */
  private int up() {
    return settledLevels().stream().mapToInt(Level::available).sum();
  }

  /** Every host that is listed; up is who has been up for long enough. */
  private SortedMap<Integer, Level> levels(boolean lessReserve) {
    int reserve = lessReserve ? proposal.settings().reserve() : 0;
    return Levels.of(hosts, listed, Levels.View.SURE, now.minus(settle), reserve);
  }

  private List<Level> settledLevels() {
    return List.copyOf(
        Levels.of(hosts, listed, Levels.View.AS_SAID, now.minus(settle), 0).values());
  }

  // ---- the result

  private Decision finish(Outcome outcome) {
    boolean raised = outcome.factor() > written;
    Optional<Instant> before = base.flatMap(Base::raisedSince);
    Optional<Instant> since = raised ? before.or(() -> Optional.of(now)) : Optional.empty();
    since
        .filter(at -> !at.plus(longest()).isAfter(now))
        .ifPresent(
            at ->
                alarms.add(
                    "the factor has been raised since " + at.truncatedTo(ChronoUnit.SECONDS)));
    if (!raised && before.isPresent() && !proposal.knowsHealth()) {
      alarms.add("the factor went back, though nothing says that the new hosts are up");
    }
    Base next = new Base(hosts, gone, since);
    return new Decision(
        Admitted.of(
            Assignments.with(
                proposal.assignment(),
                wanted,
                hosts,
                outcome.factor() > written ? outcome.factor() : 0)),
        next,
        outcome.verdict(),
        levels(false),
        outcome.factor(),
        written,
        waiting,
        List.copyOf(alarms),
        look(next));
  }

  private Optional<Instant> look(Base next) {
    Stream<Instant> settling =
        next.unsettled().values().stream().flatMap(known -> known.settlesAt(settle).stream());
    Stream<Instant> leaving =
        next.hosts().values().stream().flatMap(k -> k.leaving().stream()).map(at -> at.plus(LEAVE));
    Stream<Instant> limits =
        Stream.concat(next.gone().stream(), next.raisedSince().stream())
            .map(at -> at.plus(longest()));
    // One that was down and passes again counts as up from then on.
    Stream<Instant> counting =
        next.hosts().values().stream()
            .flatMap(known -> known.passingSince().stream())
            .map(at -> at.plus(settle));
    return Stream.of(settling, leaving, limits, counting)
        .flatMap(s -> s)
        .filter(at -> at.isAfter(now))
        .min(Comparator.naturalOrder());
  }
}
