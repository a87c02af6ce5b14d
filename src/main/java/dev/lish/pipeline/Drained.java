package dev.lish.pipeline;

import dev.lish.source.Health;
import dev.lish.source.Instance;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Takes drained instances out of what registries say: they are in maintenance, whatever their
 * health, so that the guard and every assignment find them gone on purpose.
 *
 * @param targets instances and hosts
 */
record Drained(Set<String> targets) {
  static final Drained NONE = new Drained(Set.of());

  Drained {
    targets = Set.copyOf(targets);
  }

  /** True when operators took it out. */
  boolean covers(Instance instance) {
    return !targets.isEmpty() && names(instance).stream().anyMatch(targets::contains);
  }

  /** What a target may be called so that it covers the instance. */
  static List<String> names(Instance instance) {
    int slash = instance.id().indexOf('/');
    String node = slash > 0 ? instance.id().substring(0, slash) : instance.address();
    return List.of(instance.id(), instance.address(), place(instance), node);
  }

  /** {@code ADDRESS:PORT}. */
  static String place(Instance instance) {
    boolean six = instance.address().indexOf(':') >= 0;
    return (six ? "[" + instance.address() + "]" : instance.address()) + ":" + instance.port();
  }

  /** The places of those that are drained. */
  Set<String> places(List<Instance> instances) {
    Set<String> places = new HashSet<>();
    if (!targets.isEmpty()) {
      instances.stream().filter(this::covers).forEach(one -> places.add(place(one)));
    }
    return places;
  }

  /** The same list when nothing in it is drained. */
  List<Instance> apply(List<Instance> instances) {
    if (instances.stream().noneMatch(this::covers)) {
      return instances;
    }
    List<Instance> next = new ArrayList<>(instances.size());
    for (Instance instance : instances) {
      next.add(covers(instance) ? inMaintenance(instance) : instance);
    }
    return List.copyOf(next);
  }

  private static Instance inMaintenance(Instance i) {
    return new Instance(
        i.id(), i.address(), i.port(), Health.MAINTENANCE, i.weight(), i.locality(), i.metadata());
  }
}
