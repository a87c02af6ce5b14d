package dev.lish.pipeline;

import dev.lish.model.Problem;
import dev.lish.model.Revision;
import dev.lish.snapshot.Assignment;
import dev.lish.source.Instance;
import dev.lish.source.MeshFolder;
import dev.lish.source.SourceState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Makes the {@link View} of the moment. Confined to the pipeline's thread. */
final class Views {
  /** How long a query that does not answer holds {@code /readyz} back. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final World world;
  private final Clock clock;
  private Optional<String> bug = Optional.empty();

  Views(World world, Clock clock) {
    this.world = world;
    this.clock = clock;
  }

  View first() {
    return new View(
        clock.instant(),
        List.of("Lish is starting"),
        Optional.empty(),
        List.of(),
        new View.Membership(Optional.empty(), Optional.empty(), List.of()),
        List.of(),
        Assignment.NONE);
  }

  /** A bug of ours that the loop survived; shown until the restart. */
  void bug(RuntimeException e) {
    bug = Optional.of("bug of Lish: " + Causes.text(e));
  }

  View view(
      Folders folders,
      Stages stages,
      Members members,
      LocalOrders localOrders,
      Discovery discovery,
      Assignment assignment) {
    List<View.Stage> stageViews =
        stages.all().stream().map(stage -> view(stage, folders, localOrders)).toList();
    return new View(
        clock.instant(),
        notReady(stageViews, discovery),
        folders.head().map(MeshFolder::revision),
        stageViews,
        members.view(),
        sources(discovery),
        assignment);
  }

  private View.Stage view(StageLine stage, Folders folders, LocalOrders localOrders) {
    Optional<String> failure = stage.target().flatMap(folders::failure);
    View.Stage plain = stage.view(localOrders.has(stage.name()), failure);
    Optional<Problem> conflict = localOrders.conflict(stage.name());
    if (conflict.isEmpty()) {
      return plain;
    }
    List<Problem> problems = new ArrayList<>(plain.problems());
    problems.add(conflict.get());
    return new View.Stage(
        plain.name(),
        plain.control(),
        plain.local(),
        plain.target(),
        plain.serving(),
        problems,
        plain.waitingFor());
  }

  private List<String> notReady(List<View.Stage> stages, Discovery discovery) {
    List<String> reasons = new ArrayList<>();
    addUnlessAnswered(reasons, "the mesh repository", world.mesh().state());
    addUnlessAnswered(reasons, "Lish's own repository", world.shared().state());
    if (reasons.isEmpty() && stages.isEmpty()) {
      reasons.add("mesh.yaml declares no stages, or cannot be read");
    }
    for (View.Stage stage : stages) {
      if (stage.serving().isEmpty()) {
        reasons.add("stage " + stage.name() + " serves nothing: " + because(stage));
      }
    }
    Instant patientSince = clock.instant().minus(PATIENCE);
    for (Discovery.Watch watch : discovery.watches()) {
      if (watch.since().isAfter(patientSince)) {
        addUnlessAnswered(reasons, watch.query().toString(), watch.source().state());
      }
    }
    return reasons;
  }

  private static String because(View.Stage stage) {
    if (!stage.waitingFor().isEmpty()) {
      return "it waits for registry " + String.join(", ", stage.waitingFor());
    }
    String revision = stage.target().map(Revision::toString).orElse("?");
    List<Problem> errors = stage.problems().stream().filter(Problem::isError).toList();
    return errors.isEmpty()
        ? "revision " + revision + " is being rendered"
        : "revision " + revision + " has Problems, the first is " + errors.get(0);
  }

  private static void addUnlessAnswered(List<String> reasons, String name, SourceState<?> state) {
    if (state.last().isEmpty()) {
      String cause = state.cause();
      reasons.add(name + " has not answered yet" + (cause.isEmpty() ? "" : ": " + cause));
    }
  }

  private List<View.SourceView> sources(Discovery discovery) {
    List<View.SourceView> views = new ArrayList<>();
    views.add(source("mesh", world.mesh().state(), folder -> "revision " + folder.revision()));
    views.add(source("shared", world.shared().state(), shared -> "revision " + shared.revision()));
    views.add(source("secrets", world.secrets().state(), files -> files.size() + " files"));
    world
        .registries()
        .catalogs()
        .forEach(
            (name, catalog) ->
                views.add(
                    source(
                        "registry " + name, catalog.state(), list -> list.size() + " services")));
    for (Discovery.Watch watch : discovery.watches()) {
      views.add(source(watch.query().toString(), watch.source().state(), Views::describe));
    }
    bug.ifPresent(
        text ->
            views.add(new View.SourceView("lish", View.Freshness.STALE, Optional.empty(), text)));
    return views;
  }

  private static String describe(List<Instance> instances) {
    return instances.size() + (instances.size() == 1 ? " instance" : " instances");
  }

  private static <T> View.SourceView source(
      String name, SourceState<T> state, Function<T, String> describe) {
    return state.match(
        c ->
            new View.SourceView(
                name, View.Freshness.CURRENT, Optional.of(c.at()), describe.apply(c.value())),
        s ->
            new View.SourceView(
                name,
                View.Freshness.STALE,
                Optional.of(s.since()),
                describe.apply(s.value()) + "; " + s.cause()),
        m -> new View.SourceView(name, View.Freshness.MISSING, Optional.empty(), m.cause()));
  }
}
