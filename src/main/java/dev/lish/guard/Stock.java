package dev.lish.guard;

import com.google.protobuf.ByteString;
import dev.lish.guard.Base.Known;
import dev.lish.guard.Levels.View;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The hosts of one decision: who stays, who is new and who left, and how many of them count. */
final class Stock {
  /** For so long a host that Envoy would keep is listed as UNHEALTHY before it is removed. */
  static final Duration LEAVE = Duration.ofSeconds(3);

  /** Hosts that left and are made up for; more than these change nothing. */
  private static final int MOST_GONE = 10_000;

  final Optional<Base> base;
  final Proposal proposal;
  final ClusterLoadAssignment wanted;
  final Instant now;
  final Duration settle;
  final int threshold;

  /** The factor that the assignment says itself, or Envoy's default. */
  final int written;

  /**
   * The factor by which numbers of hosts may be judged: none where Envoy goes by weights, since a
   * host in ten may be nearly all of them. Then the threshold alone counts, which goes by hosts.
   */
  final int counting;

  /** All that go out. */
  final SortedMap<String, Known> hosts = new TreeMap<>();

  /** All that are wanted, but for those that wait. */
  final Map<String, Host> listed = new HashMap<>();

  /** Those that are wanted and were not sent before, in the order in which they are added. */
  final List<Host> additions = new ArrayList<>();

  /** When hosts left that are made up for. */
  final List<Instant> gone = new ArrayList<>();

  /** What a person should look at. */
  final List<String> alarms = new ArrayList<>();

  /** Hosts that left with this change and had counted as up. */
  private final Map<String, Known> lost = new TreeMap<>();

  Stock(Optional<Base> base, Proposal proposal, ClusterLoadAssignment wanted, Instant now) {
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
    this.counting = wanted.getPolicy().getWeightedPriorityHealth() ? 0 : written;
    take();
  }

  private void take() {
    Base before = base.orElse(Base.NONE);
    for (Host host : Host.of(wanted)) {
      listed.put(host.key(), host);
      Known known = before.hosts().get(host.key());
      if (known != null) {
        hosts.put(host.key(), heard(host, formed(host, known)));
      } else if (base.isEmpty() && !waits(host)) {
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
    boolean old = known.settled() || known.inherited();
    if (known.leaving().isEmpty() && old && known.passingSince().isPresent()) {
      lost.put(key, known);
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

  /**
   * With what is said of it now, where anything is: a registry that does not answer, or a list of
   * an earlier run, says nothing of the time since. Where the assignment's word counts, or the time
   * alone, nothing is awaited.
   */
  private Known heard(Host host, Known known) {
    boolean isSilent =
        proposal.rules().activeChecks()
            && proposal.knowsHealth()
            && proposal.unheard().contains(HostKey.place(host.key()));
    if (!isSilent || known.settled() || known.inherited() || known.leaving().isPresent()) {
      return known.at(host, now, settle);
    }
    return known.unheard().at(host, now, settle).unheard();
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

  /**
   * True when a hold keeps it out, so no Envoy has it, whatever is known of those that have been
   * sent.
   */
  boolean waits(Host host) {
    return proposal.waiting().contains(host.key()) && !proposal.due().contains(host.key());
  }

  /** All that are new go out now. */
  void addAll() {
    additions.forEach(this::add);
  }

  void add(Host host) {
    hosts.put(host.key(), fresh(host, false));
  }

  /** It waits, as if it were not wanted yet. */
  void putOff(Host host) {
    hosts.remove(host.key());
    listed.remove(host.key());
  }

  /** True when hosts left that had counted as up, now or within the longest raise. */
  boolean hasLost() {
    return loses() || !gone.isEmpty();
  }

  /** True when such hosts left with this change. */
  boolean loses() {
    return !lost.isEmpty();
  }

  /** One priority and no weights of localities: a raised factor moves no load. */
  boolean isAlone() {
    long priorities =
        Stream.concat(
                listed.values().stream().map(Host::priority),
                hosts.values().stream().map(Known::priority))
            .distinct()
            .count();
    return priorities <= 1 && !proposal.rules().localityWeighted();
  }

  /** A loss that is not safe by itself is made up for, for as long as the longest raise. */
  void makeUpFor(boolean safeAfterLoss) {
    if (safeAfterLoss) {
      gone.clear();
      return;
    }
    for (int i = 0; i < lost.size() && gone.size() < MOST_GONE; i++) {
      gone.add(now);
    }
  }

  /** By weights, where the assignment counts them, one host may be as good as none. */
  int factor(int counted, int available) {
    return wanted.getPolicy().getWeightedPriorityHealth()
        ? Assignments.weighedFactor(wanted, hosts.values())
        : PanicRule.factor(counted, available);
  }

  /** When a raised factor is expected to go back. */
  Optional<Instant> raisedUntil() {
    Stream<Instant> leaving = hosts.values().stream().flatMap(known -> known.leaving().stream());
    Optional<Instant> until =
        Stream.concat(
                gone.stream().map(at -> at.plus(longest())), leaving.map(at -> at.plus(LEAVE)))
            .max(Comparator.naturalOrder());
    for (Known known : hosts.values()) {
      if (isUnsure(known)) {
        Optional<Instant> settles =
            known.settled()
                ? known.passingSince().map(at -> at.plus(settle))
                : known.settlesAt(settle).or(() -> Latecomers.until(this, known));
        if (settles.isEmpty()) {
          return settles;
        }
        until = until.isEmpty() || settles.get().isAfter(until.get()) ? settles : until;
      }
    }
    return until;
  }

  /** True when it is not down for certain, and has not been up for long enough. */
  boolean isUnsure(Known known) {
    return known.leaving().isEmpty()
        && (!known.settled()
            || known.passingSince().map(at -> at.plus(settle).isAfter(now)).orElse(false));
  }

  Duration longest() {
    return proposal.settings().longestRaise();
  }

  /** How many hosts were sent and are wanted still. */
  int sent() {
    Map<String, Known> before = base.orElse(Base.NONE).hosts();
    return (int) hosts.keySet().stream().filter(before::containsKey).count();
  }

  boolean safe(SortedMap<Integer, Level> levels) {
    return PanicRule.safeInAnyMix(List.copyOf(levels.values()), threshold, counting);
  }

  /** True when a loss is made up for no longer, and what is left does not do without. */
  boolean gaveUp() {
    return gone.isEmpty()
        && base.map(was -> !was.gone().isEmpty()).orElse(false)
        && !safe(levels(false));
  }

  /** Such as: 2 of 6 hosts are up. */
  String upOfAll() {
    return up() + " of " + hosts.size() + " hosts are up";
  }

  /** How many are up as the registry says, for however short a time. */
  int up() {
    return said(hosts, View.AS_SAID).values().stream().mapToInt(Level::available).sum();
  }

  /** Every host that is listed; up is who has been up for long enough. */
  SortedMap<Integer, Level> levels(boolean lessReserve) {
    int reserve = lessReserve ? proposal.settings().reserve() : 0;
    return Levels.of(hosts, listed, View.SURE, now.minus(settle), reserve);
  }

  /** One that goes out, alone. */
  Level level(Host host) {
    Map<String, Known> one = Map.of(host.key(), Objects.requireNonNull(hosts.get(host.key())));
    return Objects.requireNonNull(
        Levels.of(one, listed, View.SURE, now.minus(settle), 0).get(host.priority()));
  }

  /** {@link #safe} when the reserve of each is down. */
  boolean safeLessReserve(SortedMap<Integer, Level> levels) {
    SortedMap<Integer, Level> less = new TreeMap<>(levels);
    less.replaceAll((priority, level) -> level.less(proposal.settings().reserve()));
    return safe(less);
  }

  /** As the registry says, for however short a time. */
  private SortedMap<Integer, Level> said(Map<String, Known> some, Levels.View view) {
    return Levels.of(some, listed, view, now.minus(settle), 0);
  }

  /**
   * True when Envoys are in panic as far as the registry knows, whatever this change does: who left
   * with it is counted as it was, and while the factor is raised there is none.
   */
  boolean panicsAlready(Levels.View view) {
    boolean raised =
        base.flatMap(Base::raisedSince).map(at -> at.plus(longest()).isAfter(now)).orElse(false);
    if (raised || !gone.isEmpty()) {
      return false;
    }
    Map<String, Known> stay = new HashMap<>(hosts);
    stay.keySet().removeAll(lost.keySet());
    SortedMap<Integer, Level> before = said(stay, view);
    lost.values().forEach(known -> before.merge(known.priority(), new Level(1, 1, 0), Level::plus));
    // By weights any host that is up may be enough.
    int most = counting == 0 ? Integer.MAX_VALUE : counting;
    return !PanicRule.safe(List.copyOf(before.values()), threshold, most);
  }
}
