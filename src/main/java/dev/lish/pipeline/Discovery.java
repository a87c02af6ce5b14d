package dev.lish.pipeline;

import dev.lish.guard.Admitted;
import dev.lish.guard.Base;
import dev.lish.guard.Decision;
import dev.lish.guard.GuardSettings;
import dev.lish.model.Resource;
import dev.lish.pipeline.Watches.Watch;
import dev.lish.render.EndpointSpec;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Hold;
import dev.lish.source.Instance;
import dev.lish.source.Source;
import dev.lish.source.SourceState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Keeps the assignments of all discovered clusters. A query is resolved once, and an assignment
 * made once, whatever the number of snapshots that use them. Confined to the pipeline's thread, but
 * for the notes of what changed.
 */
final class Discovery {
  /** So long a registry may take for its first answer before anybody is told that it is missing. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Clock clock;
  private final Watches watches;
  private final Guards guards;
  private final Services services;
  private final Holding holding;
  private final Map<Guarded, Optional<Admitted>> assignments = new HashMap<>();
  private final Map<DiscoveryQuery, Set<Guarded>> users = new HashMap<>();

  /** Those whose hosts, as written in the mesh, were drained or undrained. */
  private final Set<Guarded> rewritten = new HashSet<>();

  private final Losses losses = new Losses();
  private Drained drained = Drained.NONE;

  /** The longest time that any of what is served allows its hosts to be kept. */
  private Duration longestHold = Duration.ZERO;

  /** A query of a revision that waits was answered anew. */
  private boolean answered;

  Discovery(
      Function<DiscoveryQuery, Source<List<Instance>>> open,
      Guarding guarding,
      Runnable wake,
      Clock clock) {
    this.guards = guarding.guards();
    this.services = guarding.services();
    this.holding = guarding.holding();
    this.clock = clock;
    watches = new Watches(open, wake, clock);
  }

  /**
   * Watches what these specs need, and no longer what only others needed.
   *
   * @param considered what a revision that waits would need too: nothing is made of it yet
   */
  void follow(Set<Guarded> used, Set<DiscoveryQuery> considered) {
    users.clear();
    considered.forEach(query -> users.put(query, new HashSet<>()));
    for (Guarded one : used) {
      one.spec().queries().forEach(q -> users.computeIfAbsent(q, any -> new HashSet<>()).add(one));
    }
    watches.follow(users.keySet());
    losses.ask(users.keySet().stream().filter(this::isUsed).toList());
    users.keySet().forEach(this::note);
    holding.lost(losses.lost(), longestHold, clock.instant());
    users.keySet().forEach(this::take);
    // Before what is no longer used is forgotten: a new revision's assignments go on from there.
    for (Guarded one : used) {
      assignments.computeIfAbsent(one, this::assign);
    }
    assignments.keySet().retainAll(used);
    longestHold =
        used.stream()
            .map(one -> one.terms().settings().hold())
            .max(Comparator.naturalOrder())
            .orElse(Duration.ZERO);
    guards.retain(used);
    services.retain(users.keySet());
  }

  /** Operators took these out; {@link #refresh} gives what changed by it. */
  void drain(Drained now) {
    if (now.equals(drained)) {
      return;
    }
    for (Watch watch : watches.all()) {
      List<Instance> said = there(watch);
      if (!drained.apply(said).equals(now.apply(said))) {
        watches.lookAgain(watch.query());
      }
    }
    for (Guarded one : assignments.keySet()) {
      List<Instance> written = one.spec().written();
      if (!drained.places(written).equals(now.places(written))) {
        rewritten.add(one);
      }
    }
    drained = now;
  }

  /** What the registry said last, without what operators took out; empty: it never answered. */
  private Optional<List<Instance>> instances(DiscoveryQuery query) {
    return watches.last(query).map(drained::apply);
  }

  /** True when it has never answered, and said why: others need not wait for it any longer. */
  private boolean failed(DiscoveryQuery query) {
    return watches.of(query).map(watch -> !watch.cause().isEmpty()).orElse(false);
  }

  /** The instances of the query, drained ones as in maintenance. */
  List<Instance> shown(Watch watch) {
    return drained.apply(watch.said());
  }

  /** What would remain of each guarded assignment that has instances of the target. */
  List<DrainCheck.Remains> remains(String target) {
    Set<String> targets = new HashSet<>(drained.targets());
    targets.add(target);
    Drained next = new Drained(targets);
    List<DrainCheck.Remains> all = new ArrayList<>();
    for (Guarded one : assignments.keySet()) {
      List<List<Instance>> lists = new ArrayList<>();
      for (DiscoveryQuery query : one.spec().queries()) {
        lists.add(watches.last(query).orElse(List.of()));
      }
      lists.add(one.spec().written());
      if (one.terms().settings().enabled()) {
        int threshold = one.terms().rules().threshold();
        DrainCheck check = new DrainCheck(drained, next, guards.coming(one));
        all.add(check.remains(one.spec().name(), lists, threshold));
      }
    }
    return all;
  }

  /**
   * How many instances, each counted once however many queries or assignments have it, each target
   * covers.
   */
  Map<String, Integer> counts(Set<String> targets) {
    Map<String, Set<String>> found = new HashMap<>();
    if (targets.isEmpty()) {
      return Map.of();
    }
    for (Watch watch : watches.all()) {
      List<Instance> said = there(watch);
      find(targets, said, watch.query().registry(), found);
    }
    for (Guarded one : assignments.keySet()) {
      find(targets, one.spec().written(), "", found);
    }
    Map<String, Integer> counts = new HashMap<>();
    found.forEach((target, ids) -> counts.put(target, ids.size()));
    return counts;
  }

  /** What its registry said last, and what is kept besides. */
  private List<Instance> there(Watch watch) {
    List<Instance> all = new ArrayList<>(watch.said());
    all.addAll(services.kept(watch.query(), clock.instant()));
    return all;
  }

  private static void find(
      Set<String> targets,
      List<Instance> instances,
      String registry,
      Map<String, Set<String>> found) {
    for (Instance instance : instances) {
      for (String target : Drained.names(instance)) {
        if (targets.contains(target)) {
          found.computeIfAbsent(target, any -> new HashSet<>()).add(registry + ":" + instance.id());
        }
      }
    }
  }

  /** Takes in what the registries said since the last call; gives the assignments that changed. */
  Set<Guarded> refresh() {
    Instant now = clock.instant();
    Set<DiscoveryQuery> moved = watches.takeChanged();
    moved.forEach(this::note);
    holding.lost(losses.lost(), longestHold, now);
    Set<String> held = holding.moved(now);
    if (!held.isEmpty()) {
      users.keySet().stream().filter(query -> held.contains(query.toString())).forEach(moved::add);
    }
    moved.forEach(this::take);
    answered |= moved.stream().anyMatch(query -> !isUsed(query));
    if (holding.holds()) {
      users.keySet().forEach(query -> tidy(query, now));
    }
    Set<Guarded> touched = new HashSet<>(guards.due(now));
    rewritten.retainAll(assignments.keySet());
    touched.addAll(rewritten);
    rewritten.clear();
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

  /** True when what is served needs the query, not only a revision that waits. */
  boolean isUsed(DiscoveryQuery query) {
    return !users.getOrDefault(query, Set.of()).isEmpty();
  }

  /** True once after what a revision that waits asks for was answered anew. */
  boolean takeAnswered() {
    boolean was = answered;
    answered = false;
    return was;
  }

  /** The assignment; empty while a registry that it needs has not answered. */
  Optional<Admitted> assignment(Guarded one) {
    return assignments.computeIfAbsent(one, this::assign);
  }

  /** What was decided last of it; empty while a registry that it needs has not answered. */
  Optional<Decision> decision(Guarded one) {
    return Optional.ofNullable(guards.decisions().get(one));
  }

  /** What was sent last of it, in an earlier run too; empty: not known. */
  Optional<Base> base(Guarded one) {
    return guards.base(one);
  }

  /** The open watches, by query. */
  Iterable<Watch> watches() {
    return watches.all();
  }

  /** Assignments that cannot be made because a registry refuses a query, each with the reason. */
  Map<EndpointSpec, String> refused() {
    Map<EndpointSpec, String> refused = new HashMap<>();
    for (Watch watch : watches.all()) {
      if (watch.source().state() instanceof SourceState.Missing<?> missing
          && !missing.cause().isEmpty()) {
        String cause = watch.query() + " has not answered: " + missing.cause();
        users.getOrDefault(watch.query(), Set.of()).forEach(one -> refused.put(one.spec(), cause));
      }
    }
    return refused;
  }

  private void note(DiscoveryQuery query) {
    if (isUsed(query)) {
      losses.answered(query, watches.last(query).orElse(List.of()));
    }
  }

  private void take(DiscoveryQuery query) {
    Set<Guarded> using = users.getOrDefault(query, Set.of());
    if (using.isEmpty()) {
      return;
    }
    GuardSettings settings =
        using.stream().map(one -> one.terms().settings()).reduce(GuardSettings::and).orElseThrow();
    boolean checked = using.stream().anyMatch(one -> one.terms().rules().activeChecks());
    instances(query)
        .ifPresent(last -> services.take(query, last, settings, checked, clock.instant()));
  }

  private void tidy(DiscoveryQuery query, Instant now) {
    String of = query.toString();
    if (holding.of(Hold.Kind.GONE).contains(of) || holding.of(Hold.Kind.CRITICAL).contains(of)) {
      instances(query).ifPresent(last -> services.tidy(query, last, now));
    }
  }

  private List<Instance> listed(Guarded one, DiscoveryQuery query, List<Instance> instances) {
    boolean checked = one.terms().rules().activeChecks();
    return one.terms().settings().enabled()
        ? drained.apply(services.listed(query, instances, checked, clock.instant()))
        : instances;
  }

  void close() {
    watches.close();
  }

  private Optional<Admitted> assign(Guarded one) {
    Set<String> unheard = watches.unheard(one.spec().queries());
    return wanted(one)
        .map(all -> guards.admit(one, all, !one.spec().hasFixed(), unheard, clock.instant()));
  }

  /** The assignment that one would have, whether it is used or not. */
  Outlook.Expected expected(Guarded one) {
    Optional<Resource> wanted = wanted(one);
    List<String> missing = new ArrayList<>();
    for (DiscoveryQuery query : one.spec().queries()) {
      Optional<Watch> watch = watches.of(query);
      boolean fresh =
          watch.map(w -> w.since().plus(PATIENCE).isAfter(clock.instant())).orElse(false);
      String cause = watch.map(Watch::cause).orElse("");
      if (wanted.isEmpty() && instances(query).isEmpty() && !(fresh && cause.isEmpty())) {
        missing.add(query + " has not answered yet" + (cause.isEmpty() ? "" : ": " + cause));
      }
    }
    missing.sort(Comparator.naturalOrder());
    return new Outlook.Expected(wanted, String.join("; ", missing));
  }

  private Optional<Resource> wanted(Guarded one) {
    EndpointSpec spec = one.spec();
    Map<DiscoveryQuery, List<Instance>> instances = new HashMap<>();
    boolean answered = spec.hasFixed();
    for (DiscoveryQuery query : spec.queries()) {
      Optional<List<Instance>> last = instances(query);
      if (last.isEmpty() && (spec.needed().contains(query) || !failed(query))) {
        return Optional.empty();
      }
      answered |= last.isPresent();
      instances.put(query, last.map(list -> listed(one, query, list)).orElse(List.of()));
    }
    if (!answered && !spec.queries().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(spec.assign(instances, drained.places(spec.written())));
  }
}
