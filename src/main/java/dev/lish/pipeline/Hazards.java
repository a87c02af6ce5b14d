package dev.lish.pipeline;

import dev.lish.guard.ConfigChange;
import dev.lish.guard.Hazard;
import dev.lish.guard.PanicLimits;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.render.ClusterNames;
import dev.lish.render.EndpointSpec;
import dev.lish.render.Rendered;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What of a rendered revision acts on hosts as a mass deregistration would, or as a mass failure.
 */
final class Hazards {
  /** What may name a cluster. */
  private static final List<ResourceType> USERS =
      List.of(
          ResourceType.ROUTE, ResourceType.LISTENER, ResourceType.EXTENSION, ResourceType.CLUSTER);

  private Hazards() {}

  /** Groups of the same content are looked at once. */
  private record Pair(Rendered.Group before, Rendered.Group after) {}

  @SuppressWarnings("ReferenceEquality") // an equal one is looked at in vain, at worst
  static List<Hazard> of(Rendered before, Rendered after, Outlook outlook) {
    Set<Pair> seen = new HashSet<>();
    SortedSet<Hazard> hazards = new TreeSet<>();
    for (Map.Entry<SnapshotKey, Rendered.Group> group : after.groups().entrySet()) {
      Rendered.Group old = before.groups().get(group.getKey());
      Rendered.Group next = group.getValue();
      if (old != null && !old.equals(next) && seen.add(new Pair(old, next))) {
        hazards.addAll(ConfigChange.hazards(side(old), side(next), ClusterNames::of));
        hazards.addAll(new HostChanges(old, next, after.mesh().guard()::of, outlook).hazards());
        hazards.addAll(panics(old, next, outlook));
      }
    }
    return List.copyOf(hazards);
  }

  /** Where other thresholds or factors would start a panic with the hosts as they are. */
  private static List<Hazard> panics(Rendered.Group before, Rendered.Group after, Outlook outlook) {
    List<Hazard> panics = new ArrayList<>();
    after
        .endpoints()
        .forEach(
            (name, spec) -> {
              EndpointSpec old = before.endpoints().get(name);
              PanicLimits next = limits(after, spec);
              if (old != null && !limits(before, old).equals(next)) {
                outlook
                    .decision(new Guarded(old, before.terms(name)))
                    .flatMap(d -> limits(before, old).hazard(next, after.terms(name), d))
                    .ifPresent(
                        text ->
                            panics.add(
                                new Hazard(
                                    after.terms(name).clusters(), text, spec.path(), spec.line())));
              }
            });
    return panics;
  }

  private static PanicLimits limits(Rendered.Group group, EndpointSpec spec) {
    return new PanicLimits(group.terms(spec.name()).rules().threshold(), spec.factor());
  }

  private static ConfigChange.Side side(Rendered.Group group) {
    List<Resource> users = new ArrayList<>();
    for (ResourceType type : USERS) {
      users.addAll(group.resources().getOrDefault(type, new TreeMap<>()).values());
    }
    return new ConfigChange.Side(
        group.resources().getOrDefault(ResourceType.CLUSTER, new TreeMap<>()), users);
  }
}
