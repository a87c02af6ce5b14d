package dev.lish.pipeline;

import dev.lish.model.Problem;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.render.EndpointSpec;
import dev.lish.render.Rendered;
import dev.lish.snapshot.Assignment;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import dev.lish.source.MeshFolder;
import dev.lish.source.SharedState;
import dev.lish.source.SourceState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
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
        View.Membership.NONE,
        List.of(),
        List.of(),
        GuardView.NONE,
        Assignment.NONE);
  }

  /** A bug of ours that the loop survived; shown until the restart. */
  void bug(RuntimeException e) {
    bug = Optional.of("bug of Lish: " + Causes.text(e));
  }

  /** What a view is made of. */
  record Parts(
      Folders folders,
      Stages stages,
      Members members,
      LocalOrders<StageControl> localOrders,
      Drains drains,
      Discovery discovery,
      Snapshots snapshots) {}

  View view(Parts parts, GuardView guard, Assignment assignment) {
    Folders folders = parts.folders();
    Discovery discovery = parts.discovery();
    Found found = new Found(world.registries().problems(), discovery.refused());
    List<View.Stage> stageViews =
        parts.stages().all().stream()
            .map(stage -> view(stage, folders, parts.localOrders(), found))
            .toList();
    return new View(
        clock.instant(),
        notReady(stageViews, discovery, folders),
        folders.head().map(MeshFolder::revision),
        stageViews,
        parts.members().view(),
        sources(discovery),
        parts.drains().view(discovery, parts.snapshots()),
        guard,
        assignment);
  }

  private View.Stage view(
      StageLine stage, Folders folders, LocalOrders<StageControl> localOrders, Found found) {
    List<Problem> problems = new ArrayList<>();
    Optional<String> failure = stage.target().flatMap(folders::failure);
    if (failure.isPresent()) {
      problems.add(unreadable(stage, failure.get()));
    } else {
      problems.addAll(stage.problems());
    }
    found.addTo(problems, stage);
    localOrders.conflict(stage.name()).ifPresent(problems::add);
    return stage.view(localOrders.has(stage.name()), problems);
  }

  /** A pin is the operator's: that it points nowhere is said of the pin, not of the mesh. */
  private static Problem unreadable(StageLine stage, String cause) {
    boolean set = stage.control().paused() || stage.control().revision().isPresent();
    return Problem.error(set ? "stages/" + stage.name() + ".json" : "mesh.yaml", 0, cause);
  }

  /**
   * What is wrong outside the revisions: it refuses none, and shows with the stages it concerns.
   */
  private record Found(List<Problem> registries, Map<EndpointSpec, String> refused) {
    void addTo(List<Problem> problems, StageLine stage) {
      for (Problem problem : registries) {
        // A warning is told of what was left out; the rest is new.
        String kept = problem.isError() ? "; what was good before is used" : "";
        String message = problem.message() + kept;
        problems.add(Problem.warning(problem.path(), problem.line(), message));
      }
      if (!refused.isEmpty() && stage.serving().isPresent()) {
        TreeSet<Problem> unanswered = new TreeSet<>();
        for (Rendered.Group group : stage.serving().get().rendered().groups().values()) {
          for (EndpointSpec spec : group.endpoints().values()) {
            String cause = refused.get(spec);
            if (cause != null) {
              unanswered.add(Problem.warning(spec.path(), 0, cause));
            }
          }
        }
        problems.addAll(unanswered);
      }
    }
  }

  private List<String> notReady(List<View.Stage> stages, Discovery discovery, Folders folders) {
    List<String> reasons = new ArrayList<>();
    addUnlessAnswered(reasons, "the mesh repository", world.mesh().state());
    addUnlessAnswered(reasons, "Lish's own repository", world.shared().state());
    if (reasons.isEmpty() && stages.isEmpty()) {
      reasons.add(noStages(folders));
    }
    for (View.Stage stage : stages) {
      if (stage.serving().isEmpty()) {
        reasons.add("stage " + stage.name() + " serves nothing: " + because(stage));
      }
    }
    Instant patientSince = clock.instant().minus(PATIENCE);
    for (Watches.Watch watch : discovery.watches()) {
      if (watch.since().isAfter(patientSince) && discovery.isUsed(watch.query())) {
        addUnlessAnswered(reasons, watch.query().toString(), watch.source().state());
      }
    }
    return reasons;
  }

  private String noStages(Folders folders) {
    Optional<Revision> accepted = world.shared().state().last().flatMap(SharedState::membership);
    Optional<String> failure = accepted.flatMap(folders::failure);
    if (failure.isPresent()) {
      return "the accepted membership is that of revision "
          + accepted.get()
          + ", which cannot be read: "
          + failure.get()
          + " (expected: `lish promote membership REVISION`)";
    }
    return "mesh.yaml declares no stages, or cannot be read";
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
    for (Watches.Watch watch : discovery.watches()) {
      views.add(
          source(
              watch.query().toString(),
              watch.source().state(),
              said -> describe(said, discovery.shown(watch))));
    }
    world
        .memory()
        .trouble()
        .ifPresent(
            why ->
                views.add(
                    new View.SourceView(
                        "data",
                        View.Freshness.STALE,
                        Optional.empty(),
                        "cannot be written, so a restart would find old values: " + why)));
    bug.ifPresent(
        text ->
            views.add(new View.SourceView("lish", View.Freshness.STALE, Optional.empty(), text)));
    return views;
  }

  /** For example {@code 10 instances, 1 drained, 2 in maintenance, 3 critical}. */
  private static String describe(List<Instance> said, List<Instance> shown) {
    long critical = said.stream().filter(i -> i.health() == Health.CRITICAL).count();
    long theirs = said.stream().filter(i -> i.health() == Health.MAINTENANCE).count();
    long all = shown.stream().filter(i -> i.health() == Health.MAINTENANCE).count();
    return said.size()
        + (said.size() == 1 ? " instance" : " instances")
        + (all > theirs ? ", " + (all - theirs) + " drained" : "")
        + (theirs > 0 ? ", " + theirs + " in maintenance" : "")
        + (critical > 0 ? ", " + critical + " critical" : "");
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
