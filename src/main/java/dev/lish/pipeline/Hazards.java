package dev.lish.pipeline;

import dev.lish.guard.ConfigChange;
import dev.lish.guard.Decision;
import dev.lish.guard.PanicLimits;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.render.EndpointSpec;
import dev.lish.render.Rendered;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What of a rendered revision acts on hosts as a mass deregistration would, or as a mass failure.
 */
final class Hazards {
  private Hazards() {}

  /** Groups of the same content are looked at once. */
  private record Pair(Rendered.Group before, Rendered.Group after) {}

  @SuppressWarnings("ReferenceEquality") // an equal one is looked at in vain, at worst
  static List<String> of(
      Rendered before, Rendered after, Function<Guarded, Optional<Decision>> decisions) {
    Set<Pair> seen = new HashSet<>();
    Set<String> hazards = new TreeSet<>();
    for (Map.Entry<SnapshotKey, Rendered.Group> group : after.groups().entrySet()) {
      Rendered.Group old = before.groups().get(group.getKey());
      if (old != null
          && !old.equals(group.getValue())
          && seen.add(new Pair(old, group.getValue()))) {
        hazards.addAll(ConfigChange.hazards(side(old), side(group.getValue())));
        hazards.addAll(panics(old, group.getValue(), decisions));
      }
    }
    return List.copyOf(hazards);
  }

  /** Where other thresholds or factors would start a panic with the hosts as they are. */
  private static List<String> panics(
      Rendered.Group before,
      Rendered.Group after,
      Function<Guarded, Optional<Decision>> decisions) {
    List<String> panics = new ArrayList<>();
    after
        .endpoints()
        .forEach(
            (name, spec) -> {
              EndpointSpec old = before.endpoints().get(name);
              PanicLimits next = limits(after, spec);
              if (old != null && !limits(before, old).equals(next)) {
                decisions
                    .apply(new Guarded(old, before.terms(name)))
                    .flatMap(d -> limits(before, old).hazard(next, after.terms(name), d))
                    .ifPresent(panics::add);
              }
            });
    return panics;
  }

  private static PanicLimits limits(Rendered.Group group, EndpointSpec spec) {
    return new PanicLimits(group.terms(spec.name()).rules().threshold(), spec.factor());
  }

  private static ConfigChange.Side side(Rendered.Group group) {
    List<Resource> users = new ArrayList<>();
    for (ResourceType type : List.of(ResourceType.ROUTE, ResourceType.LISTENER)) {
      users.addAll(group.resources().getOrDefault(type, new TreeMap<>()).values());
    }
    Map<String, Resource> written = new HashMap<>();
    group
        .endpoints()
        .forEach(
            (name, spec) -> {
              boolean guarded = group.terms(name).settings().enabled();
              if (guarded && group.terms(name).rules().activeChecks() && spec.queries().isEmpty()) {
                written.put(name, spec.assign(Map.of()));
              }
            });
    return new ConfigChange.Side(
        group.resources().getOrDefault(ResourceType.CLUSTER, new TreeMap<>()), users, written);
  }
}
