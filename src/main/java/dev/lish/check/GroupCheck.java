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
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers.Thresholds;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** Looks whether the resources of a group fit together. */
final class GroupCheck {
  /** {@code max_requests}, where it is not set. */
  private static final long REQUESTS = 1024;

  /** {@code budget_percent} of a retry budget, where it is not set. */
  private static final long BUDGET_PERCENT = 20;

  /** {@code max_retries}, where it is not set; also what a budget always allows. */
  private static final long RETRIES = 3;

  private final Inspection.Group group;
  private final CheckSettings settings;
  private final Function<Origin, Reading> readings;
  private final BiConsumer<Origin, Issue> found;
  private final Gaps missing;

  /**
   * A check of one group.
   *
   * @param found takes what is wrong
   * @param missing what could not be read, so that a name may be there all the same
   */
  GroupCheck(
      Inspection.Group group,
      CheckSettings settings,
      Function<Origin, Reading> readings,
      BiConsumer<Origin, Issue> found,
      Gaps missing) {
    this.group = group;
    this.settings = settings;
    this.readings = readings;
    this.found = found;
    this.missing = missing;
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
            own,
            Kind.BOOTSTRAP_EXTENSION,
            Set.copyOf(settings.extensions()));
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
                    if (mention.kind() != Kind.BOOTSTRAP_EXTENSION
                        && missing.has(type(mention.kind()))) {
                      missing.skipped(type(mention.kind()), mention.name());
                    } else {
                      unknown(origin, mention, there);
                    }
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

  private static ResourceType type(Kind kind) {
    return switch (kind) {
      case CLUSTER, SERVER, RETRIED_CLUSTER -> ResourceType.CLUSTER;
      case ROUTES -> ResourceType.ROUTE;
      case SECRET, STATIC_SECRET -> ResourceType.SECRET;
      case EXTENSION, BOOTSTRAP_EXTENSION -> ResourceType.EXTENSION;
    };
  }

  private void unknown(Origin origin, Mention mention, Set<String> known) {
    Rule rule =
        switch (mention.kind()) {
          case ROUTES -> Rule.UNKNOWN_ROUTES;
          case SECRET, STATIC_SECRET -> Rule.UNKNOWN_SECRET;
          case EXTENSION -> Rule.UNKNOWN_EXTENSION;
          case BOOTSTRAP_EXTENSION -> Rule.LISTENER_KIND;
          case CLUSTER, SERVER, RETRIED_CLUSTER -> Rule.UNKNOWN_CLUSTER;
        };
    String what =
        switch (mention.kind()) {
          case ROUTES -> "a route configuration that the group has";
          case SECRET -> "a secret that the group has";
          case STATIC_SECRET -> "sds_config, or a secret of bootstrap.secrets";
          case SERVER -> "a cluster of the bootstrap, where Envoy wants servers of xDS";
          case EXTENSION, BOOTSTRAP_EXTENSION -> "an extension that the group has";
          case CLUSTER, RETRIED_CLUSTER -> "a cluster that the group has";
        };
    if (mention.kind() == Kind.BOOTSTRAP_EXTENSION) {
      found.accept(
          origin,
          new Issue(
              rule,
              mention.path(),
              "found nothing of %s in the bootstrap (expected: it in bootstrap.extensions of %s, if your Envoys' own bootstrap has it)"
                  .formatted(mention.name(), CheckSettings.PATH)));
      return;
    }
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
      retry(cluster).ifPresent(issue -> found.accept(origin, issue));
    }
  }

  /** What is wrong with the bounds of a cluster that routes retry on. */
  private static Optional<Issue> retry(Cluster cluster) {
    List<Thresholds> all = cluster.getCircuitBreakers().getThresholdsList();
    for (RoutingPriority priority : List.of(RoutingPriority.DEFAULT, RoutingPriority.HIGH)) {
      Optional<Thresholds> own = all.stream().filter(t -> t.getPriority() == priority).findFirst();
      boolean budget = own.map(Thresholds::hasRetryBudget).orElse(false);
      boolean set = own.map(Thresholds::hasMaxRetries).orElse(false);
      if (budget || (priority == RoutingPriority.HIGH && !set)) {
        continue;
      }
      List<Object> at = own.isEmpty() ? List.of("circuit_breakers") : at(all.indexOf(own.get()));
      if (!set) {
        return issue(
            "routes retry here, and nothing but Envoy's default of 3 at a time bounds it (expected:"
                + " retry_budget in circuit_breakers.thresholds)",
            at);
      }
      long retries = Integer.toUnsignedLong(own.orElseThrow().getMaxRetries().getValue());
      long most = mostRetries(own.orElseThrow());
      if (retries > most) {
        return issue(
            "routes retry here, and %d retries at a time are no bound (expected: retry_budget, or at most %d, which is %d %% of max_requests)"
                .formatted(retries, most, BUDGET_PERCENT),
            with(at, "max_retries"));
      }
    }
    return Optional.empty();
  }

  private static long mostRetries(Thresholds own) {
    long requests =
        own.hasMaxRequests() ? Integer.toUnsignedLong(own.getMaxRequests().getValue()) : REQUESTS;
    return Math.max(RETRIES, requests * BUDGET_PERCENT / 100);
  }

  private static List<Object> at(int index) {
    return List.of("circuit_breakers", "thresholds", index);
  }

  private static List<Object> with(List<Object> at, String field) {
    return Stream.concat(at.stream(), Stream.of(field)).toList();
  }

  private static Optional<Issue> issue(String message, List<Object> at) {
    return Optional.of(new Issue(Rule.RETRY_BUDGET, at, message));
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
