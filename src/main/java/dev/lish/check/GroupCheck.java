package dev.lish.check;

import dev.lish.check.Reading.Issue;
import dev.lish.check.Reading.Kind;
import dev.lish.check.Reading.Mention;
import dev.lish.model.Nearest;
import dev.lish.model.ResourceType;
import dev.lish.render.Bootstrap;
import dev.lish.render.CheckSettings;
import dev.lish.render.Inspection;
import dev.lish.render.Origin;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Looks whether the resources of a group fit together. */
final class GroupCheck {
  private final Inspection.Group group;
  private final CheckSettings settings;
  private final Function<Origin, Reading> readings;
  private final BiConsumer<Origin, Issue> found;

  /**
   * A check of one group.
   *
   * @param found takes what is wrong
   */
  GroupCheck(
      Inspection.Group group,
      CheckSettings settings,
      Function<Origin, Reading> readings,
      BiConsumer<Origin, Issue> found) {
    this.group = group;
    this.settings = settings;
    this.readings = readings;
    this.found = found;
  }

  void run() {
    Set<String> clusters = names(ResourceType.CLUSTER, settings.clusters());
    Set<String> own = new HashSet<>(settings.clusters());
    own.addAll(List.of(Bootstrap.XDS_CLUSTER, Bootstrap.ACCESS_LOG_CLUSTER));
    clusters.addAll(own);
    Map<Kind, Set<String>> known =
        Map.of(
            Kind.CLUSTER,
            clusters,
            Kind.ROUTES,
            names(ResourceType.ROUTE, Set.of()),
            Kind.SECRET,
            names(ResourceType.SECRET, settings.secrets()),
            Kind.EXTENSION,
            names(ResourceType.EXTENSION, Set.of()),
            Kind.STATIC_SECRET,
            Set.copyOf(settings.secrets()),
            Kind.SERVER,
            own);
    Set<String> retried = new HashSet<>();
    group.origins().values().stream()
        .flatMap(all -> all.values().stream())
        .forEach(
            origin -> {
              for (Mention mention : readings.apply(origin).mentions()) {
                if (mention.kind() == Kind.RETRIED_CLUSTER) {
                  retried.add(mention.name());
                } else {
                  Set<String> there = known.getOrDefault(mention.kind(), Set.of());
                  // A server that is nowhere is told of as a cluster.
                  boolean told =
                      mention.kind() == Kind.SERVER && !clusters.contains(mention.name());
                  if (!there.contains(mention.name()) && !told) {
                    unknown(origin, mention, there);
                  }
                }
              }
            });
    retries(retried);
    runtimeLayers();
    new Addresses(found).look(group.of(ResourceType.LISTENER).values(), readings);
  }

  private Set<String> names(ResourceType type, Collection<String> others) {
    Set<String> names = new HashSet<>(group.of(type).keySet());
    names.addAll(others);
    return names;
  }

  private void unknown(Origin origin, Mention mention, Set<String> known) {
    Rule rule =
        switch (mention.kind()) {
          case ROUTES -> Rule.UNKNOWN_ROUTES;
          case SECRET, STATIC_SECRET -> Rule.UNKNOWN_SECRET;
          case EXTENSION -> Rule.UNKNOWN_EXTENSION;
          case CLUSTER, SERVER, RETRIED_CLUSTER -> Rule.UNKNOWN_CLUSTER;
        };
    String what =
        switch (mention.kind()) {
          case ROUTES -> "a route configuration that the group has";
          case SECRET -> "a secret that the group has";
          case STATIC_SECRET -> "sds_config, or a secret of bootstrap.secrets";
          case SERVER -> "a cluster of the bootstrap, where Envoy wants servers of xDS";
          case EXTENSION -> "an extension that the group has";
          case CLUSTER, RETRIED_CLUSTER -> "a cluster that the group has";
        };
    found.accept(
        origin,
        new Issue(
            rule,
            mention.path(),
            "found \"%s\" (expected: %s%s)"
                .formatted(
                    mention.name(), what, Nearest.question(mention.name(), new TreeSet<>(known)))));
  }

  private void retries(Set<String> retried) {
    for (String name : retried) {
      Origin origin = group.of(ResourceType.CLUSTER).get(name);
      if (origin == null || !(readings.apply(origin).message() instanceof Cluster cluster)) {
        continue;
      }
      boolean bounded =
          cluster.getCircuitBreakers().getThresholdsList().stream()
              .anyMatch(t -> t.hasRetryBudget() || t.hasMaxRetries());
      if (!bounded) {
        found.accept(
            origin,
            new Issue(
                Rule.RETRY_BUDGET,
                List.of("circuit_breakers"),
                "routes retry here, and nothing but Envoy's default of 3 at a time bounds it"
                    + " (expected: retry_budget or max_retries in circuit_breakers.thresholds)"));
      }
    }
  }

  private void runtimeLayers() {
    group
        .of(ResourceType.RUNTIME)
        .forEach(
            (name, origin) -> {
              if (!name.equals(Bootstrap.RUNTIME_LAYER)
                  && !settings.runtimeLayers().contains(name)) {
                found.accept(
                    origin,
                    new Issue(
                        Rule.UNKNOWN_RUNTIME_LAYER,
                        List.of("name"),
                        "found \"%s\" (expected: \"%s\", or bootstrap.runtime_layers of %s)"
                            .formatted(name, Bootstrap.RUNTIME_LAYER, CheckSettings.PATH)));
              }
            });
  }
}
