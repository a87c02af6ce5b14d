package dev.lish.pipeline;

import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Instance;
import dev.lish.source.Source;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The open watches of registries, one for each query. Confined to the pipeline's thread, but for
 * the notes of what changed.
 */
final class Watches {
  private final Function<DiscoveryQuery, Source<List<Instance>>> open;
  private final Runnable wake;
  private final Clock clock;
  private final SortedMap<String, Watch> watches = new TreeMap<>();
  private final Set<DiscoveryQuery> changed = ConcurrentHashMap.newKeySet();

  /** A query, its open watch, and since when it is open. */
  record Watch(DiscoveryQuery query, Source<List<Instance>> source, Instant since) {
    /** What the registry said last; none where it never answered. */
    List<Instance> said() {
      return source.state().last().orElse(List.of());
    }

    /** Why it does not answer, or not well; empty when it does, or has not been asked for long. */
    String cause() {
      return source.state().cause();
    }
  }

  Watches(Function<DiscoveryQuery, Source<List<Instance>>> open, Runnable wake, Clock clock) {
    this.open = open;
    this.wake = wake;
    this.clock = clock;
  }

  /** Watches these queries, and no longer any other. */
  void follow(Set<DiscoveryQuery> queries) {
    List<Watch> unused = new ArrayList<>(watches.values());
    unused.removeIf(watch -> queries.contains(watch.query()));
    for (Watch watch : unused) {
      watches.remove(watch.query().toString());
      watch.source().close();
    }
    for (DiscoveryQuery query : queries) {
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
  }

  /** The queries whose answers changed since the last call, or are to be looked at again. */
  Set<DiscoveryQuery> takeChanged() {
    Set<DiscoveryQuery> taken = new HashSet<>();
    for (DiscoveryQuery query : List.copyOf(changed)) {
      changed.remove(query);
      taken.add(query);
    }
    return taken;
  }

  /** Its answer is to be looked at again. */
  void lookAgain(DiscoveryQuery query) {
    changed.add(query);
  }

  Optional<Watch> of(DiscoveryQuery query) {
    return Optional.ofNullable(watches.get(query.toString()));
  }

  /** By query. */
  Collection<Watch> all() {
    return watches.values();
  }

  /** What its registry said last; empty: it never answered, or is not watched. */
  Optional<List<Instance>> last(DiscoveryQuery query) {
    return of(query).flatMap(watch -> watch.source().state().last());
  }

  /** The places of hosts that only registries have which do not answer. */
  Set<String> unheard(Collection<DiscoveryQuery> queries) {
    Set<String> unheard = new HashSet<>();
    Set<String> heard = new HashSet<>();
    // Where all answer, as nearly always, nothing is looked through.
    if (!queries.stream().allMatch(this::answers)) {
      for (DiscoveryQuery query : queries) {
        Set<String> its = answers(query) ? heard : unheard;
        last(query).orElse(List.of()).forEach(host -> its.add(Drained.place(host)));
      }
      unheard.removeAll(heard);
    }
    return unheard;
  }

  private boolean answers(DiscoveryQuery query) {
    return of(query).map(watch -> watch.source().state().answers()).orElse(false);
  }

  void close() {
    watches.values().forEach(watch -> watch.source().close());
    watches.clear();
  }
}
