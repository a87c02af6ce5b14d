package dev.lish.admin;

import dev.lish.model.Problem;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.pipeline.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The pipeline's view in the API. */
final class ViewJson {
  private ViewJson() {}

  /** A source. */
  record Source(String name, String state, @Nullable String since, String detail) {
    static List<Source> of(View view) {
      return view.sources().stream()
          .map(
              s ->
                  new Source(
                      s.name(),
                      s.freshness().name().toLowerCase(Locale.ROOT),
                      s.since().map(Instant::toString).orElse(null),
                      s.detail()))
          .toList();
    }
  }

  /** What operators took out. */
  record Drained(
      String target,
      String by,
      String reason,
      @Nullable String at,
      boolean local,
      int instances,
      Collection<String> inClusters,
      @Nullable String conflict) {
    static List<Drained> of(View view) {
      return view.drains().stream()
          .map(
              d ->
                  new Drained(
                      d.drain().target(),
                      d.drain().by(),
                      d.drain().reason(),
                      d.drain().at().equals(Instant.EPOCH) ? null : d.drain().at().toString(),
                      d.local(),
                      d.instances(),
                      d.inClusters(),
                      d.conflict().orElse(null)))
          .toList();
    }
  }

  /** A Problem where it was found. */
  record Found(String severity, String path, int line, String message) {
    static Found of(Problem problem) {
      return new Found(severityOf(problem), problem.path(), problem.line(), problem.message());
    }

    static List<Found> of(List<Problem> problems) {
      return problems.stream().sorted().map(Found::of).toList();
    }
  }

  /** A Problem, and the stage that it keeps from its target revision. */
  record StageProblem(
      String stage,
      @Nullable Integer revision,
      String severity,
      String path,
      int line,
      String message) {
    static List<StageProblem> of(View view) {
      List<StageProblem> all = new ArrayList<>();
      for (View.Stage stage : view.stages()) {
        for (Problem p : stage.problems().stream().sorted().toList()) {
          all.add(
              new StageProblem(
                  stage.name(),
                  number(stage.target()),
                  severityOf(p),
                  p.path(),
                  p.line(),
                  p.message()));
        }
      }
      return all;
    }
  }

  /** How many Problems. */
  record ProblemCount(long errors, long warnings) {
    static ProblemCount of(Collection<View.Stage> stages) {
      List<Problem> all = stages.stream().flatMap(s -> s.problems().stream()).toList();
      long errors = all.stream().filter(Problem::isError).count();
      return new ProblemCount(errors, all.size() - errors);
    }
  }

  /** What an operator wants to know of a stage first. */
  record StageBrief(
      String name,
      @Nullable Integer target,
      @Nullable Integer serving,
      boolean paused,
      boolean local,
      ProblemCount problems) {
    static StageBrief of(View.Stage stage) {
      return new StageBrief(
          stage.name(),
          number(stage.target()),
          number(stage.serving()),
          stage.control().paused(),
          stage.local(),
          ProblemCount.of(List.of(stage)));
    }
  }

  /** All of a stage; the first eight are named as in {@code /stages/<name>.json}. */
  record StageDelivery(
      String name,
      String follow,
      @Nullable Integer revision,
      boolean paused,
      int epoch,
      String by,
      String reason,
      @Nullable String at,
      @Nullable Integer pausedAt,
      boolean local,
      @Nullable Integer target,
      @Nullable Integer serving,
      @Nullable Integer judged,
      boolean held,
      ProblemCount problems,
      Collection<String> waitingFor) {
    static StageDelivery of(View.Stage stage) {
      StageControl control = stage.control();
      return new StageDelivery(
          stage.name(),
          control.revision().isPresent() ? "revision" : "head",
          number(control.revision()),
          control.paused(),
          control.epoch(),
          control.by(),
          control.reason(),
          control.at().equals(Instant.EPOCH) ? null : control.at().toString(),
          number(control.pausedAt()),
          stage.local(),
          number(stage.target()),
          number(stage.serving()),
          number(stage.judged()),
          stage.held(),
          ProblemCount.of(List.of(stage)),
          stage.waitingFor());
    }
  }

  /** Who belongs where. */
  record Membership(@Nullable Integer revision, @Nullable Integer pending, List<String> moves) {
    static Membership of(View view) {
      View.Membership m = view.membership();
      return new Membership(number(m.revision()), number(m.pending()), m.moves());
    }
  }

  /** {@code GET /api/v1/delivery}. */
  record Delivery(@Nullable Integer head, List<StageDelivery> stages, Membership membership) {
    static Delivery of(View view) {
      return new Delivery(
          number(view.head()),
          view.stages().stream().map(StageDelivery::of).toList(),
          Membership.of(view));
    }
  }

  static @Nullable Integer number(Optional<Revision> revision) {
    return revision.map(Revision::number).orElse(null);
  }

  private static String severityOf(Problem problem) {
    return problem.isError() ? "error" : "warning";
  }
}
