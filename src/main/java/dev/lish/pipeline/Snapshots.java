package dev.lish.pipeline;

import dev.lish.guard.Admitted;
import dev.lish.guard.Base;
import dev.lish.guard.Decision;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.render.Rendered;
import dev.lish.render.WrittenHosts;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.Snapshot;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Instance;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Joins what was rendered with what was discovered, per kind of Envoy. Confined to the pipeline's
 * thread.
 */
final class Snapshots implements Outlook {
  private final Discovery discovery;
  private final Map<String, Rendered> byStage = new LinkedHashMap<>();

  /** What revisions that wait ask registries for, by stage. */
  private final Map<String, Set<DiscoveryQuery>> considered = new HashMap<>();

  private Map<SnapshotKey, Snapshot> all = new HashMap<>();

  /** What hosts may be called to the clusters that have them in themselves; empty: to be found. */
  private Optional<Map<String, SortedSet<String>>> inClusters = Optional.empty();

  Snapshots(Discovery discovery) {
    this.discovery = discovery;
  }

  /** The stage has this now, in this epoch. */
  void put(Rendered rendered, int epoch) {
    byStage.put(rendered.stage(), rendered);
    inClusters = Optional.empty();
    considered.remove(rendered.stage());
    follow();
    Map<SnapshotKey, Snapshot> next = new HashMap<>(all);
    next.keySet().removeIf(key -> key.stage().equals(rendered.stage()));
    rendered.groups().forEach((key, group) -> next.put(key, snapshot(rendered, key, epoch)));
    all = next;
  }

  /** The stage is no more. */
  void remove(String stage) {
    consider(stage, Optional.empty());
    if (byStage.remove(stage) != null) {
      inClusters = Optional.empty();
      Map<SnapshotKey, Snapshot> next = new HashMap<>(all);
      next.keySet().removeIf(key -> key.stage().equals(stage));
      all = next;
      follow();
    }
  }

  /** What the stage waits to have: its hosts are asked for already. Empty: it waits for nothing. */
  void consider(String stage, Optional<Rendered> waiting) {
    Set<DiscoveryQuery> queries = new HashSet<>();
    waiting.ifPresent(
        rendered ->
            rendered
                .groups()
                .values()
                .forEach(g -> g.endpoints().values().forEach(s -> queries.addAll(s.queries()))));
    if (!queries.equals(considered.getOrDefault(stage, Set.of()))) {
      considered.put(stage, queries);
      follow();
    }
  }

  private void follow() {
    Set<DiscoveryQuery> queries = new HashSet<>();
    considered.values().forEach(queries::addAll);
    discovery.follow(guarded(), queries);
  }

  /** The stage's epoch rose. */
  void epoch(String stage, int epoch) {
    all.replaceAll(
        (key, s) -> key.stage().equals(stage) && s.epoch() != epoch ? s.withEpoch(epoch) : s);
  }

  /** Takes in what registries said since the last call; true when a snapshot changed by it. */
  boolean refresh() {
    Set<Guarded> changed = discovery.refresh();
    if (changed.isEmpty()) {
      return false;
    }
    byStage
        .values()
        .forEach(rendered -> rendered.groups().forEach((key, group) -> touch(key, group, changed)));
    return true;
  }

  private void touch(SnapshotKey key, Rendered.Group group, Set<Guarded> changed) {
    Map<String, Optional<Admitted>> updates = new HashMap<>();
    for (Guarded one : changed) {
      String name = one.spec().name();
      if (one.spec().equals(group.endpoints().get(name)) && one.terms().equals(group.terms(name))) {
        updates.put(name, discovery.assignment(one));
      }
    }
    Snapshot now = all.get(key);
    if (now == null || updates.isEmpty()) {
      return;
    }
    Set<String> unanswered = new HashSet<>(now.unanswered());
    updates.forEach(
        (name, resource) -> {
          if (resource.isPresent()) {
            unanswered.remove(name);
          } else {
            unanswered.add(name);
          }
        });
    all.put(key, now.withEndpoints(updates, unanswered));
  }

  private Snapshot snapshot(Rendered rendered, SnapshotKey key, int epoch) {
    Rendered.Group group = rendered.groups().get(key);
    if (group == null) {
      throw new IllegalStateException(key + " is not among " + rendered.groups().keySet());
    }
    Map<ResourceType, ResourceSet> sets = new EnumMap<>(ResourceType.class);
    group
        .resources()
        .forEach((type, byName) -> sets.put(type, ResourceSet.of(type, byName.values())));
    List<Admitted> endpoints = new ArrayList<>();
    Set<String> unanswered = new HashSet<>();
    for (Guarded one : guarded(group)) {
      Optional<Admitted> assignment = discovery.assignment(one);
      assignment.ifPresent(endpoints::add);
      if (assignment.isEmpty()) {
        unanswered.add(one.spec().name());
      }
    }
    return Snapshot.of(
        new Snapshot.Origin(key, rendered.revision(), epoch), sets, endpoints, unanswered);
  }

  private Set<Guarded> guarded() {
    Set<Guarded> all = new HashSet<>();
    byStage.values().forEach(r -> r.groups().values().forEach(g -> all.addAll(guarded(g))));
    return all;
  }

  /** The clusters that have the target written in themselves: no assignment takes it from them. */
  SortedSet<String> clustersWith(String target) {
    Map<String, SortedSet<String>> index = inClusters.orElseGet(this::index);
    inClusters = Optional.of(index);
    return index.getOrDefault(target, Collections.emptySortedSet());
  }

  private Map<String, SortedSet<String>> index() {
    Set<Resource> clusters = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Rendered rendered : byStage.values()) {
      for (Rendered.Group group : rendered.groups().values()) {
        clusters.addAll(
            group.resources().getOrDefault(ResourceType.CLUSTER, new TreeMap<>()).values());
      }
    }
    Map<String, SortedSet<String>> index = new HashMap<>();
    for (Resource cluster : clusters) {
      for (Instance host : WrittenHosts.of(cluster)) {
        Drained.names(host)
            .forEach(
                name -> index.computeIfAbsent(name, any -> new TreeSet<>()).add(cluster.name()));
      }
    }
    return index;
  }

  @Override
  public Optional<Decision> decision(Guarded served) {
    return discovery.decision(served);
  }

  @Override
  public Optional<Base> base(Guarded served) {
    return discovery.base(served);
  }

  @Override
  public Expected expected(Guarded next) {
    return discovery.expected(next);
  }

  private static List<Guarded> guarded(Rendered.Group group) {
    List<Guarded> all = new ArrayList<>();
    group.endpoints().forEach((name, spec) -> all.add(new Guarded(spec, group.terms(name))));
    return all;
  }

  /** All snapshots that are ready; a copy is taken by whoever publishes it. */
  Map<SnapshotKey, Snapshot> all() {
    return all;
  }
}
