package dev.lish.pipeline;

import dev.lish.guard.ClusterHosts;
import dev.lish.guard.ClusterHosts.Kind;
import dev.lish.guard.ConfigChange;
import dev.lish.guard.GuardSettings;
import dev.lish.guard.Hazard;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.render.EndpointSpec;
import dev.lish.render.Rendered;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The hosts of each cluster that a kind of Envoy has and would have still, before and after a
 * revision, wherever they come from: {@code docs/design/guard.md}.
 *
 * @param before what it has
 * @param after what it would have
 * @param settings of the guard for a cluster, in the new revision
 * @param outlook what is known of hosts
 */
record HostChanges(
    Rendered.Group before,
    Rendered.Group after,
    Function<String, GuardSettings> settings,
    Outlook outlook) {

  /** What would be lost. */
  SortedSet<Hazard> hazards() {
    Map<String, Guarded> old = assignments(before);
    Map<String, Guarded> next = assignments(after);
    SortedSet<Hazard> hazards = new TreeSet<>();
    SortedMap<String, Resource> had = clusters(before);
    clusters(after)
        .forEach(
            (name, cluster) -> {
              Resource was = had.get(name);
              if (was != null) {
                Side from = new Side(was, Optional.ofNullable(old.get(name)));
                Side to = new Side(cluster, Optional.ofNullable(next.get(name)));
                if (from.differs(to) && settings.apply(name).enabled()) {
                  hazard(name, from, to)
                      .ifPresent(why -> hazards.add(to.blamedFor(name, why, from)));
                }
              }
            });
    return hazards;
  }

  private static SortedMap<String, Resource> clusters(Rendered.Group group) {
    return group.resources().getOrDefault(ResourceType.CLUSTER, new TreeMap<>());
  }

  /** Cluster to the assignment that it asks for, where that is Lish's. */
  private static Map<String, Guarded> assignments(Rendered.Group group) {
    Map<String, Guarded> all = new HashMap<>();
    group
        .endpoints()
        .forEach(
            (name, spec) -> {
              Guarded guarded = new Guarded(spec, group.terms(name));
              guarded.terms().clusters().forEach(cluster -> all.put(cluster, guarded));
            });
    return all;
  }

  private Optional<String> hazard(String name, Side from, Side to) {
    Optional<ClusterHosts> had =
        from.guarded.isPresent()
            ? from.guarded.flatMap(this::sent)
            : ClusterHosts.inside(from.cluster);
    if (had.isEmpty() || had.get().up().isEmpty()) {
      return Optional.empty();
    }
    Optional<ClusterHosts> has = Optional.empty();
    if (to.guarded.isPresent()) {
      Outlook.Expected expected = outlook.expected(to.guarded.get());
      if (expected.wanted().isEmpty()) {
        return Optional.of(
            expected.missing().isEmpty()
                ? ""
                : sentence(name, "nobody knows which hosts it would have: " + expected.missing()));
      }
      EndpointSpec spec = to.guarded.get().spec();
      has = expected.wanted().map(hosts -> ClusterHosts.of(hosts, source(spec), kind(spec)));
    } else {
      has = ClusterHosts.inside(to.cluster);
    }
    boolean checked = ConfigChange.isChecked(from.cluster) && ConfigChange.isChecked(to.cluster);
    return has.flatMap(next -> had.get().hazard(next, checked, settings.apply(name).mass()))
        .map(why -> sentence(name, why));
  }

  private static String sentence(String cluster, String why) {
    return "cluster " + cluster + ": " + why;
  }

  private Optional<ClusterHosts> sent(Guarded guarded) {
    EndpointSpec spec = guarded.spec();
    return outlook.base(guarded).map(base -> ClusterHosts.of(base, source(spec), kind(spec)));
  }

  private static Kind kind(EndpointSpec spec) {
    return spec.queries().isEmpty() ? Kind.WRITTEN : Kind.DISCOVERED;
  }

  private static String source(EndpointSpec spec) {
    String queries =
        spec.queries().stream().map(Object::toString).sorted().collect(Collectors.joining(" and "));
    return queries.isEmpty() ? "assignment " + spec.name() : queries;
  }

  /** A cluster, and the assignment that it asks for, where that is Lish's. */
  private record Side(Resource cluster, Optional<Guarded> guarded) {
    /** Where the same assignment is asked for, its hosts are the guard's, revision or not. */
    boolean differs(Side next) {
      if (guarded.isPresent() && next.guarded.isPresent()) {
        return !guarded.get().spec().equals(next.guarded.get().spec());
      }
      return !cluster.equals(next.cluster);
    }

    /** The line of a name that several clusters of a file ask for is that of one of them. */
    private boolean isIts(EndpointSpec spec) {
      boolean alone = guarded.map(g -> g.terms().clusters().size() == 1).orElse(true);
      return alone && spec.path().equals(cluster.path());
    }

    /** The cluster is to blame where it has changed, else what it asks for. */
    Hazard blamedFor(String name, String text, Side before) {
      Optional<EndpointSpec> spec =
          guarded.map(Guarded::spec).filter(s -> cluster.equals(before.cluster) || isIts(s));
      return new Hazard(
          new TreeSet<>(Set.of(name)),
          text,
          spec.map(EndpointSpec::path).orElse(cluster.path()),
          spec.map(EndpointSpec::line).orElse(cluster.line()));
    }
  }
}
