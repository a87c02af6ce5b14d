package dev.lish.pipeline;

import dev.lish.guard.Admitted;
import dev.lish.guard.GuardSettings;
import dev.lish.model.Resource;
import dev.lish.render.EndpointSpec;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Instance;
import dev.lish.source.Source;
import dev.lish.source.SourceState;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Keeps the assignments of all discovered clusters. A query is resolved once, and an assignment
 * made once, whatever the number of snapshots that use them. Confined to the pipeline's thread, but
 * for the notes of what changed.
 */
final class Discovery {
  private final Function<DiscoveryQuery, Source<List<Instance>>> open;
  private final Runnable wake;
  private final Clock clock;
  private final SortedMap<String, Watch> watches = new TreeMap<>();
  private final Guards guards;
  private final Services services;
  private final Holding holding;
  private final Map<Guarded, Optional<Admitted>> assignments = new HashMap<>();
  private final Map<DiscoveryQuery, Set<Guarded>> users = new HashMap<>();
  private final Set<DiscoveryQuery> changed = ConcurrentHashMap.newKeySet();

  /** A query, its open watch, and since when it is open. */
  record Watch(DiscoveryQuery query, Source<List<Instance>> source, Instant since) {}

  Discovery(
      Function<DiscoveryQuery, Source<List<Instance>>> open,
      Guarding guarding,
      Runnable wake,
      Clock clock) {
    this.guards = guarding.guards();
    this.services = guarding.services();
    this.holding = guarding.holding();
    this.open = open;
    this.wake = wake;
    this.clock = clock;
  }

  /** Watches what these specs need, and no longer what only others needed. */
  void follow(Set<Guarded> used) {
    users.clear();
    for (Guarded one : used) {
      one.spec().queries().forEach(q -> users.computeIfAbsent(q, any -> new HashSet<>()).add(one));
    }
    List<Watch> unused = new ArrayList<>(watches.values());
    unused.removeIf(watch -> users.containsKey(watch.query()));
    for (Watch watch : unused) {
      watches.remove(watch.query().toString());
      watch.source().close();
    }
    for (DiscoveryQuery query : users.keySet()) {
      if (!watches.containsKey(query.toString())) {
        Source<List<Instance>> source = open.apply(query);
        watches.put(query.toString(), new Watch(query, source, clock.instant()));
        source.watch(
            () -> {
              changed.add(query);
              wake.run();
            });
      }
    }
    users.keySet().forEach(this::take);
    // Before what is no longer used is forgotten: a new revision's assignments go on from there.
    for (Guarded one : used) {
      assignments.computeIfAbsent(one, this::assign);
    }
    assignments.keySet().retainAll(used);
    guards.retain(used);
    services.retain(users.keySet());
  }

  /** Takes in what the registries said since the last call; gives the assignments that changed. */
  Set<Guarded> refresh() {
    Instant now = clock.instant();
    Set<DiscoveryQuery> moved = new HashSet<>();
    for (DiscoveryQuery query : List.copyOf(changed)) {
      changed.remove(query);
      moved.add(query);
    }
    holding.lost(lost());
    users.keySet().stream()
        .filter(query -> holding.isOver(query.toString(), now))
        .forEach(moved::add);
    moved.forEach(this::take);
    Set<Guarded> touched = new HashSet<>(guards.due(now));
    for (DiscoveryQuery query : moved) {
      touched.addAll(users.getOrDefault(query, Set.of()));
    }
    touched.removeIf(
        one -> {
          Optional<Admitted> next = assign(one);
          return next.equals(assignments.put(one, next));
        });
    return touched;
  }

  /** The assignment; empty while a registry that it needs has not answered. */
  Optional<Admitted> assignment(Guarded one) {
    return assignments.computeIfAbsent(one, this::assign);
  }

  /** The open watches, by query. */
  Iterable<Watch> watches() {
    return watches.values();
  }

  /** Assignments that cannot be made because a registry refuses a query, each with the reason. */
  Map<EndpointSpec, String> refused() {
    Map<EndpointSpec, String> refused = new HashMap<>();
    for (Watch watch : watches.values()) {
      if (watch.source().state() instanceof SourceState.Missing<?> missing
          && !missing.cause().isEmpty()) {
        String cause = watch.query() + " has not answered: " + missing.cause();
        users.getOrDefault(watch.query(), Set.of()).forEach(one -> refused.put(one.spec(), cause));
      }
    }
    return refused;
  }

  /** The registries that answer, and in which none of what is asked for is left. */
  private Set<String> lost() {
    Set<String> empty = new HashSet<>();
    Set<String> filled = new HashSet<>();
    for (Watch watch : watches.values()) {
      boolean none = watch.source().state().last().map(List::isEmpty).orElse(true);
      (none ? empty : filled).add(watch.query().registry());
    }
    empty.removeAll(filled);
    return empty;
  }

  private void take(DiscoveryQuery query) {
    Watch watch = watches.get(query.toString());
    Set<Guarded> using = users.getOrDefault(query, Set.of());
    if (watch == null || using.isEmpty()) {
      return;
    }
    GuardSettings settings =
        using.stream().map(one -> one.terms().settings()).reduce(GuardSettings::and).orElseThrow();
    boolean checked = using.stream().anyMatch(one -> one.terms().rules().activeChecks());
    watch
        .source()
        .state()
        .last()
        .ifPresent(last -> services.take(query, last, settings, checked, clock.instant()));
  }

  private List<Instance> listed(Guarded one, DiscoveryQuery query, List<Instance> instances) {
    boolean checked = one.terms().rules().activeChecks();
    return one.terms().settings().enabled()
        ? services.listed(query, instances, checked, clock.instant())
        : instances;
  }

  void close() {
    watches.values().forEach(watch -> watch.source().close());
    watches.clear();
  }

  private Optional<Admitted> assign(Guarded one) {
    EndpointSpec spec = one.spec();
    Map<DiscoveryQuery, List<Instance>> instances = new HashMap<>();
    for (DiscoveryQuery query : spec.queries()) {
      Watch watch = watches.get(query.toString());
      Optional<List<Instance>> last =
          watch == null ? Optional.empty() : watch.source().state().last();
      if (last.isEmpty()) {
        return Optional.empty();
      }
      instances.put(query, listed(one, query, last.get()));
    }
    Resource wanted = spec.assign(instances);
    return Optional.of(guards.admit(one, wanted, !spec.hasFixed(), clock.instant()));
  }
}
