package dev.lish.guard;

import dev.lish.guard.EnvoyHosts.Listed;
import dev.lish.guard.GuardHistory.Flags;
import dev.lish.guard.GuardHistory.Kind;
import dev.lish.guard.GuardHistory.Setting;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A registry, a guard and an Envoy side by side, and what a person who watches all three knows of
 * the hosts: names are addresses.
 */
final class GuardWorld {
  static final Duration SETTLE = Duration.ofSeconds(60);
  static final Duration LONGEST = Duration.ofMinutes(10);

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  final Setting setting;
  final ClusterRules rules;
  final GuardSettings settings;
  final Map<String, HealthStatus> registry = new TreeMap<>();
  private final Map<String, HealthStatus> maintenance = new TreeMap<>();
  Instant now = START;
  Decision last;
  EnvoyHosts envoy = EnvoyHosts.NONE;
  private Optional<Base> base = Optional.empty();
  private final Map<String, Instant> waitingSince = new TreeMap<>();

  /** Hosts that Envoy has, since when the registry has called them passing without a break. */
  private final Map<String, Instant> passingSince = new TreeMap<>();

  /** Hosts that Envoy has and that were up for the settle time once, or that were there before. */
  private final Set<String> settled = new TreeSet<>();

  private final Map<String, Instant> inherited = new TreeMap<>();

  /** When hosts left that were up, and what they were. */
  private final List<Map.Entry<Instant, Listed>> ghosts = new ArrayList<>();

  /** What there was before a message: to tell what the message did. */
  record Moment(EnvoyHosts envoy, Map<String, Instant> passingSince, Set<String> settled) {}

  GuardWorld(GuardHistory history) {
    setting = history.setting();
    rules = rules(setting);
    settings =
        new GuardSettings(
            true, SETTLE, setting.reserve(), LONGEST, LONGEST, 50, Duration.ofMinutes(2));
    int bit = 0;
    for (int p = 0; p < setting.priorities(); p++) {
      for (int i = 0; i < history.start().get(p); i++) {
        boolean down = (history.down() >> (bit++ % 62) & 1) == 1;
        registry.put(name(p, i), said(down ? HealthStatus.UNHEALTHY : HealthStatus.HEALTHY));
      }
    }
    send();
    now = now.plus(settle()).plusSeconds(1);
    send();
  }

  private static ClusterRules rules(Setting setting) {
    Flags flags = setting.flags();
    Cluster.Builder cluster =
        Cluster.newBuilder().setIgnoreHealthOnHostRemoval(flags.dropsRemoved());
    Cluster.CommonLbConfig.Builder common = cluster.getCommonLbConfigBuilder();
    if (setting.percent() >= 0) {
      common.getHealthyPanicThresholdBuilder().setValue(setting.percent());
    }
    common.setIgnoreNewHostsUntilFirstHc(flags.excludesNew());
    if (flags.localityWeighted()) {
      common.getLocalityWeightedLbConfigBuilder();
    }
    if (flags.activeChecks()) {
      cluster.addHealthChecksBuilder();
    }
    List<Resource> layers = new ArrayList<>();
    setting
        .runtime()
        .ifPresent(
            value -> {
              Runtime.Builder layer = Runtime.newBuilder().setName("layer");
              layer
                  .getLayerBuilder()
                  .putFields(
                      "upstream.healthy_panic_threshold",
                      com.google.protobuf.Value.newBuilder().setNumberValue(value).build());
              layers.add(
                  Resource.of(ResourceType.RUNTIME, "layer", layer.build().toByteString(), ""));
            });
    return ClusterRules.of(cluster.build()).under(ClusterRules.runtime(layers));
  }

  private static String name(int priority, int number) {
    return "10." + priority + ".0." + number;
  }

  static int priority(String name) {
    return name.charAt(3) - '0';
  }

  /** A registry that knows no health calls every host passing. */
  private HealthStatus said(HealthStatus status) {
    return setting.flags().knowsHealth() ? status : HealthStatus.HEALTHY;
  }

  /** How long a host must have been passing to count. */
  Duration settle() {
    if (!setting.flags().activeChecks()) {
      return Duration.ZERO;
    }
    return setting.flags().knowsHealth() ? SETTLE : LONGEST;
  }

  /** The registry changes; nothing is sent yet. */
  void apply(Kind kind, int host) {
    String name = name(host % setting.priorities(), host / setting.priorities());
    boolean out = maintenance.containsKey(name);
    switch (kind) {
      case ADD_UP -> add(name, HealthStatus.HEALTHY);
      case ADD_UNKNOWN -> add(name, HealthStatus.UNKNOWN);
      case ADD_DEGRADED -> add(name, HealthStatus.DEGRADED);
      case ADD_DOWN -> add(name, HealthStatus.UNHEALTHY);
      case ADD_DRAINING -> add(name, HealthStatus.DRAINING);
      case REMOVE -> {
        registry.remove(name);
        maintenance.remove(name);
      }
      case DRAIN -> {
        HealthStatus was = registry.remove(name);
        if (was != null) {
          maintenance.put(name, was);
        }
      }
      case UNDRAIN -> {
        if (out) {
          registry.put(name, maintenance.remove(name));
        }
      }
      case FAIL -> registry.replace(name, said(HealthStatus.UNHEALTHY));
      case DEGRADE -> registry.replace(name, said(HealthStatus.DEGRADED));
      case PASS -> registry.replace(name, HealthStatus.HEALTHY);
    }
  }

  private void add(String name, HealthStatus status) {
    if (!maintenance.containsKey(name)) {
      registry.putIfAbsent(name, said(status));
    }
  }

  /** Lish has lost what it kept of this assignment: also who left, and is made up for. */
  void forget() {
    base = Optional.empty();
    ghosts.clear();
    envoy.hosts().keySet().forEach(name -> inherited.put(name, now));
  }

  /** Who counts from now on. */
  private void count() {
    passingSince.keySet().stream().filter(this::isLongUp).forEach(settled::add);
    inherited.forEach(
        (name, since) -> {
          if (!since.plus(settle()).isAfter(now)) {
            settled.add(name);
          }
        });
  }

  Moment moment() {
    count();
    return new Moment(envoy, new HashMap<>(passingSince), new TreeSet<>(settled));
  }

  /** The guard decides, and Envoy gets it. */
  void send() {
    Set<String> due = new TreeSet<>();
    waitingSince.forEach(
        (name, since) -> {
          if (!since.plus(LONGEST).isAfter(now)) {
            due.add(name + ":80");
          }
        });
    // What waits is a shared hold, so it is known though the base is lost.
    Set<String> waiting = last == null ? Set.of() : last.waiting();
    last =
        Guard.decide(
            base,
            new Proposal(
                assignment(), rules, settings, setting.flags().knowsHealth(), waiting, due),
            now);
    base = Optional.of(last.base());
    Flags flags = setting.flags();
    boolean keeps = flags.activeChecks() && !flags.dropsRemoved();
    EnvoyHosts before = envoy;
    envoy = envoy.take(Cla.read(last.admitted()), keeps, envoy.hosts().keySet());
    watch(before);
  }

  private void watch(EnvoyHosts before) {
    before
        .hosts()
        .forEach(
            (name, host) -> {
              if (!registry.containsKey(name) && settled.contains(name) && isLongUp(name)) {
                ghosts.add(Map.entry(now, host));
              }
            });
    Set<String> there = new TreeSet<>(envoy.hosts().keySet());
    there.retainAll(registry.keySet());
    waitingSince.keySet().retainAll(registry.keySet());
    waitingSince.keySet().removeAll(there);
    registry.keySet().stream()
        .filter(name -> !there.contains(name))
        .forEach(name -> waitingSince.putIfAbsent(name, now));
    passingSince.keySet().retainAll(there);
    passingSince.keySet().removeIf(name -> !isUp(name));
    there.stream().filter(this::isUp).forEach(name -> passingSince.putIfAbsent(name, now));
    if (before.hosts().isEmpty() && settled.isEmpty() && now.equals(START)) {
      there.forEach(name -> inherited.put(name, now));
    }
    inherited.keySet().retainAll(there);
    settled.retainAll(there);
    count();
    ghosts.removeIf(ghost -> !ghost.getKey().plus(LONGEST).isAfter(now));
  }

  private boolean isUp(String name) {
    HealthStatus status = registry.get(name);
    return status == HealthStatus.HEALTHY
        || status == HealthStatus.UNKNOWN
        || status == HealthStatus.DEGRADED;
  }

  private boolean isLongUp(String name) {
    return isLongUp(passingSince.get(name));
  }

  private boolean isLongUp(@org.jspecify.annotations.Nullable Instant since) {
    return since != null && !since.plus(settle()).isAfter(now);
  }

  /** Until then, whenever time alone may change something. */
  void advance(Duration time, Runnable send) {
    Instant end = now.plus(time);
    while (true) {
      Instant from = now;
      Optional<Instant> next =
          Stream.concat(
                  last.look().stream(),
                  waitingSince.values().stream().map(since -> since.plus(LONGEST)))
              .filter(at -> at.isAfter(from) && at.isBefore(end))
              .min(Instant::compareTo);
      now = next.orElse(end);
      send.run();
      if (next.isEmpty()) {
        return;
      }
    }
  }

  /** How Envoy's checks go: the names of the hosts that pass, of these. */
  interface Checks {
    Set<String> passing(Set<String> names, Map<String, Instant> since);
  }

  /**
   * Envoy agrees with the registry: those pass which it has called passing for the settle time, but
   * for as many of each priority as the reserve allows, and some more.
   */
  Checks agreeing(int reserve, Set<String> more) {
    return (names, since) -> {
      if (!setting.flags().activeChecks()) {
        return names;
      }
      Map<Integer, List<String>> levels = new TreeMap<>();
      for (String name : names) {
        boolean up = !registry.containsKey(name) || isUp(name);
        if (up && isLongUp(since.get(name))) {
          levels.computeIfAbsent(priority(name), p -> new ArrayList<>()).add(name);
        }
      }
      Set<String> passing = new TreeSet<>(more);
      passing.retainAll(names);
      levels
          .values()
          .forEach(
              level ->
                  passing.addAll(level.subList((level.size() * reserve + 99) / 100, level.size())));
      return passing;
    };
  }

  /** What was there, with what the registry says of it now; who has left is as it was. */
  private Map<String, Listed> asSaidNow(EnvoyHosts before) {
    Map<String, Listed> hosts = new TreeMap<>();
    before
        .hosts()
        .forEach(
            (name, host) ->
                hosts.put(
                    name,
                    new Listed(
                        host.priority(),
                        registry.getOrDefault(name, host.status()),
                        host.weight())));
    return hosts;
  }

  /** True when there was no panic before the message, but for the message. */
  boolean wasSafe(Moment before, Checks checks) {
    EnvoyHosts stay = before.envoy().with(asSaidNow(before.envoy()), before.envoy().factor());
    Set<String> names = stay.hosts().keySet();
    Set<String> passing = checks.passing(names, before.passingSince());
    return !stay.isLost(passing)
        && stay.safe(passing, unchecked(before.settled(), names), setting.threshold());
  }

  /**
   * True when there would have been none either if no host had been added or had left within the
   * longest raise, and the factor were the assignment's own.
   */
  boolean wasSafeByItself(Moment before, Checks checks) {
    Map<String, Listed> old = asSaidNow(before.envoy());
    old.keySet().retainAll(before.settled());
    Set<String> passing = new TreeSet<>(checks.passing(old.keySet(), before.passingSince()));
    for (int i = 0; i < ghosts.size(); i++) {
      Instant left = ghosts.get(i).getKey();
      if (left.isBefore(now) && left.plus(LONGEST).isAfter(now)) {
        old.put("ghost-" + i, ghosts.get(i).getValue());
        passing.add("ghost-" + i);
      }
    }
    return !old.isEmpty()
        && before.envoy().with(old, setting.factor()).safe(passing, Set.of(), setting.threshold());
  }

  /** True when there is no panic now, or no host that is up, so that no factor could help. */
  boolean isSafe(Checks checks) {
    Set<String> names = envoy.hosts().keySet();
    Set<String> passing = checks.passing(names, passingSince);
    return envoy.isLost(passing)
        || envoy.safe(passing, unchecked(settled, names), setting.threshold());
  }

  /** True when there were no panic now without any measure, less the reserve and one more. */
  boolean isSafeAsWritten() {
    List<String> up =
        envoy.hosts().keySet().stream().filter(name -> isUp(name) && isLongUp(name)).toList();
    // One more: which of them are the degraded ones may cost one percent.
    int reserve = Math.min(up.size(), (up.size() * setting.reserve() + 99) / 100 + 1);
    Set<String> passing = new TreeSet<>(up.subList(reserve, up.size()));
    return envoy.with(envoy.hosts(), setting.factor()).safe(passing, Set.of(), setting.threshold());
  }

  private Set<String> unchecked(Set<String> old, Set<String> names) {
    if (!setting.flags().excludesNew() || !setting.flags().activeChecks()) {
      return Set.of();
    }
    Set<String> unchecked = new TreeSet<>(names);
    unchecked.removeAll(old);
    return unchecked;
  }

  /** True when a host that Envoy has had for long is down, as the registry says. */
  boolean someOldHostIsDown() {
    return settled.stream().anyMatch(name -> !isLongUp(name));
  }

  @Override
  public String toString() {
    return "%s, threshold %d; Envoy has %s with the factor %d; settled %s; %s, alarms %s"
        .formatted(
            setting,
            setting.threshold(),
            envoy.hosts(),
            envoy.factor(),
            settled,
            last.verdict(),
            last.alarms());
  }

  private Resource assignment() {
    Map<String, LocalityLbEndpoints.Builder> localities = new TreeMap<>();
    registry.forEach(
        (name, status) -> {
          int number = Integer.parseInt(name.substring(name.lastIndexOf('.') + 1));
          int zone = number % 2;
          localities
              .computeIfAbsent(
                  priority(name) + "-" + zone,
                  key -> {
                    LocalityLbEndpoints.Builder locality =
                        LocalityLbEndpoints.newBuilder().setPriority(priority(name));
                    locality.getLocalityBuilder().setZone("zone-" + zone);
                    if (setting.flags().localityWeighted()) {
                      locality.getLoadBalancingWeightBuilder().setValue(1 + 2 * zone);
                    }
                    return locality;
                  })
              .addLbEndpointsBuilder()
              .setHealthStatus(status)
              .setLoadBalancingWeight(com.google.protobuf.UInt32Value.of(number % 3 == 0 ? 10 : 1))
              .getEndpointBuilder()
              .getAddressBuilder()
              .getSocketAddressBuilder()
              .setAddress(name)
              .setPortValue(80);
        });
    ClusterLoadAssignment.Builder assignment =
        ClusterLoadAssignment.newBuilder().setClusterName("shop");
    localities.values().forEach(assignment::addEndpoints);
    if (setting.factor() != 140) {
      assignment.getPolicyBuilder().getOverprovisioningFactorBuilder().setValue(setting.factor());
    }
    if (setting.flags().weighted()) {
      assignment.getPolicyBuilder().setWeightedPriorityHealth(true);
    }
    return Resource.of(
        ResourceType.ENDPOINT, "shop", assignment.build().toByteString(), "endpoints/shop.yaml");
  }
}
