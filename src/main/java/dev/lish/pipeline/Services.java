package dev.lish.pipeline;

import dev.lish.guard.GuardSettings;
import dev.lish.guard.HostKey;
import dev.lish.guard.Presence;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Health;
import dev.lish.source.Hold.Entry;
import dev.lish.source.Hold.Kind;
import dev.lish.source.Instance;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * The instances of each query, with those that are kept though their registry dropped them, too
 * many at once. Confined to the pipeline's thread.
 */
final class Services {
  private final Holding holding;
  private final Memory memory;
  private final Events events;
  private final Map<DiscoveryQuery, Known> known = new HashMap<>();

  /** Of the clusters that use it, as of the last answer. */
  private final Map<DiscoveryQuery, GuardSettings> limits = new HashMap<>();

  /** What was seen last of a service; the instances are those of the presence, by host. */
  private record Known(Presence presence, SortedMap<String, Instance> instances) {}

  Services(Holding holding, Memory memory, Events events) {
    this.holding = holding;
    this.memory = memory;
    this.events = events;
  }

  /**
   * Takes in what the registry says.
   *
   * @param settings of the clusters that use it
   * @param checked true when one of them has active checks
   */
  void take(
      DiscoveryQuery query,
      List<Instance> instances,
      GuardSettings settings,
      boolean checked,
      Instant now) {
    Known before = known.computeIfAbsent(query, this::remembered);
    limits.put(query, settings);
    String of = query.toString();
    Map<String, Boolean> hosts = new TreeMap<>();
    Set<String> maintenance = new HashSet<>();
    SortedMap<String, Instance> byHost = new TreeMap<>();
    for (Instance instance : instances) {
      String host = HostKey.of(instance.address(), instance.port());
      if (instance.health() == Health.MAINTENANCE) {
        maintenance.add(host);
      } else {
        hosts.put(host, instance.health() != Health.CRITICAL);
        byHost.put(host, instance);
      }
    }
    hosts.keySet().removeAll(maintenance);
    Presence.Outcome outcome =
        before
            .presence()
            .next(new Presence.Answer(hosts, maintenance), holding.held(of, now), settings, now);
    hold(query, outcome, checked, before, settings, now);
    SortedMap<String, Instance> kept = new TreeMap<>(before.instances());
    kept.putAll(byHost);
    kept.keySet().retainAll(outcome.presence().hosts());
    Known after = new Known(outcome.presence(), kept);
    if (!after.equals(before)) {
      known.put(query, after);
    }
    if (!kept.keySet().equals(before.instances().keySet())
        || !after.presence().equals(before.presence())) {
      memory.keepService(query, new Memory.Seen(after.presence(), kept));
    }
    tidy(query, instances, now);
  }

  /** Ends the holds of hosts that are back: listed, or passing where they were critical. */
  void tidy(DiscoveryQuery query, List<Instance> instances, Instant now) {
    String of = query.toString();
    Set<String> listed = new HashSet<>();
    Set<String> passing = new HashSet<>();
    for (Instance instance : instances) {
      String host = HostKey.of(instance.address(), instance.port());
      listed.add(host);
      if (instance.health() != Health.CRITICAL) {
        passing.add(host);
      }
    }
    holding.tidy(Kind.GONE, of, listed, now);
    holding.tidy(Kind.CRITICAL, of, passing, now);
  }

  private void hold(
      DiscoveryQuery query,
      Presence.Outcome outcome,
      boolean checked,
      Known before,
      GuardSettings settings,
      Instant now) {
    Instant until = now.plus(settings.hold());
    Map<String, Entry> gone = new TreeMap<>();
    for (String host : outcome.keep()) {
      gone.put(host, new Entry(now, until, Optional.ofNullable(before.instances().get(host))));
    }
    holding.add(Kind.GONE, query.toString(), gone);
    if (!gone.isEmpty()) {
      events.alarm(
          query + " gone",
          "%s: %d instances deregistered that were passing; they are kept until %s"
              .formatted(query, gone.size(), GuardView.second(until)));
    }
    SortedSet<String> shield = outcome.shield();
    if (checked && !shield.isEmpty()) {
      Map<String, Entry> critical = new TreeMap<>();
      shield.forEach(host -> critical.put(host, new Entry(now, until, Optional.empty())));
      holding.add(Kind.CRITICAL, query.toString(), critical);
      events.alarm(
          query + " critical",
          "%s: %d instances turned critical; Envoys' own checks count until %s"
              .formatted(query, critical.size(), GuardView.second(until)));
    }
    if (!outcome.drop().isEmpty()) {
      holding.end(Kind.GONE, query.toString(), outcome.drop(), now);
      events.crowdedOut(outcome.drop().size());
      events.alarm(
          query + " crowded",
          "%s: %d instances that were kept are let go early: more are kept than it ever had at once"
              .formatted(query, outcome.drop().size()));
    }
    Presence.Held held = holding.held(query.toString(), now);
    long letGo =
        outcome.left().stream()
            .filter(host -> held.letGo().contains(host) && !outcome.drop().contains(host))
            .count();
    if (letGo > 0) {
      events.alarm(
          query + " let go", "%s: %d instances that were kept are let go".formatted(query, letGo));
    }
  }

  private Known remembered(DiscoveryQuery query) {
    return memory
        .service(query)
        .map(seen -> new Known(seen.presence(), seen.instances()))
        .orElse(new Known(Presence.NONE, new TreeMap<>()));
  }

  /**
   * The instances to list.
   *
   * @param instances what the registry says
   * @param shielded true: those that turned critical, too many at once, are shown as passing
   */
  List<Instance> listed(
      DiscoveryQuery query, List<Instance> instances, boolean shielded, Instant now) {
    Map<String, Entry> critical =
        shielded ? holding.active(Kind.CRITICAL, query.toString(), now) : Map.of();
    List<Instance> listed = new ArrayList<>();
    Set<String> hosts = new HashSet<>();
    for (Instance instance : instances) {
      String host = HostKey.of(instance.address(), instance.port());
      hosts.add(host);
      boolean shield = instance.health() == Health.CRITICAL && critical.containsKey(host);
      listed.add(shield ? with(instance, Health.PASSING) : instance);
    }
    holding
        .active(Kind.GONE, query.toString(), now)
        .forEach(
            (host, entry) -> {
              if (!hosts.contains(host)) {
                entry.instance().ifPresent(listed::add);
              }
            });
    listed.sort(Comparator.comparing(Instance::id));
    return listed;
  }

  private static Instance with(Instance instance, Health health) {
    return new Instance(
        instance.id(),
        instance.address(),
        instance.port(),
        health,
        instance.weight(),
        instance.locality(),
        instance.metadata());
  }

  /** The instances that are kept though their registry dropped them. */
  List<Instance> kept(DiscoveryQuery query, Instant now) {
    return holding.active(Kind.GONE, query.toString(), now).values().stream()
        .flatMap(entry -> entry.instance().stream())
        .toList();
  }

  /** What was said last of each query. */
  Map<String, GuardView.Service> view(Instant now) {
    Map<String, GuardView.Service> all = new HashMap<>();
    known.forEach(
        (query, seen) -> {
          String of = query.toString();
          boolean held =
              holding.of(Kind.GONE).contains(of) || holding.of(Kind.CRITICAL).contains(of);
          Map<String, Instant> kept = new HashMap<>();
          if (held) {
            holding.active(Kind.GONE, of, now).forEach((host, e) -> kept.put(host, e.until()));
          }
          all.put(
              of,
              new GuardView.Service(
                  seen.presence(),
                  held ? holding.held(of, now) : Presence.Held.NONE,
                  kept,
                  limits.getOrDefault(query, GuardSettings.DEFAULT)));
        });
    return all;
  }

  /** Forgets all but these; what is kept in {@code data/} stays. */
  void retain(Set<DiscoveryQuery> used) {
    known.keySet().retainAll(used);
    limits.keySet().retainAll(used);
  }
}
