package dev.lish.trial;

import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.snapshot.Assignment;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.Snapshot;
import dev.lish.trial.wire.Authority;
import dev.lish.trial.wire.Stubs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;

/**
 * Puts this machine and the test in place of the mesh's world: listeners get a free port of
 * loopback, endpoints lead to {@link Stubs}, and who trusts somebody trusts the authority of the
 * test. All else stays as it was rendered. Called by one thread at a time.
 */
final class Wiring implements UnaryOperator<Assignment> {
  private final Stubs stubs;
  private final Authority authority;
  private final Set<Stubs.Key> drained = ConcurrentHashMap.newKeySet();
  private final Set<String> notes = ConcurrentHashMap.newKeySet();

  /**
   * For one run.
   *
   * @param authority whom Envoys are to trust
   */
  Wiring(Stubs stubs, Authority authority) {
    this.stubs = stubs;
    this.authority = authority;
  }

  /** The endpoint is left out from the next publication on. */
  void drain(Stubs.Key endpoint) {
    drained.add(endpoint);
  }

  /** No endpoint is; true when one was. */
  boolean undrain() {
    boolean any = !drained.isEmpty();
    drained.clear();
    return any;
  }

  /** What differs from the mesh and may matter, one sentence each. */
  List<String> notes() {
    return List.copyOf(new TreeSet<>(notes));
  }

  @Override
  public Assignment apply(Assignment rendered) {
    // All that are met are started first, so it takes one pass to learn of them.
    Set<Stubs.Key> met = new LinkedHashSet<>();
    rendered
        .snapshots()
        .values()
        .forEach(
            snapshot ->
                wire(
                    snapshot,
                    key -> {
                      met.add(key);
                      return 1;
                    }));
    try {
      stubs.start(met);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<SnapshotKey, Snapshot> wired = new HashMap<>();
    rendered.snapshots().forEach((key, snapshot) -> wired.put(key, wire(snapshot, stubs::port)));
    return new Assignment(rendered.stages(), rendered.groups(), wired);
  }

  private Snapshot wire(Snapshot snapshot, ToIntFunction<Stubs.Key> port) {
    SnapshotWiring one =
        new SnapshotWiring(
            snapshot,
            new SnapshotWiring.World(
                authority, port, drained::contains, stubs::describe, notes::add));
    Map<ResourceType, ResourceSet> sets = new EnumMap<>(ResourceType.class);
    for (ResourceType type : ResourceType.values()) {
      List<Resource> wired = new ArrayList<>();
      for (Resource resource : new TreeMap<>(snapshot.set(type).byName()).values()) {
        wired.addAll(one.wire(resource));
      }
      sets.put(type, ResourceSet.of(type, wired));
    }
    return snapshot.rehearsed(sets);
  }
}
