package dev.lish.pipeline;

import dev.lish.model.Drain;
import dev.lish.model.Problem;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.snapshot.Assignment;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Everything that others may know of the pipeline, at one moment; read through one volatile
 * reference.
 *
 * @param at when it was published
 * @param notReady why {@code /readyz} says no, one sentence each; empty when ready
 * @param head the newest revision of the mesh repository that is known; empty when none is
 * @param stages in delivery order
 * @param membership who belongs where, and what waits
 * @param sources every source, in a fixed order
 * @param drains what operators took out, by target
 * @param guard what the endpoint guard did, and what it keeps back
 * @param assignment what is being served
 */
public record View(
    Instant at,
    List<String> notReady,
    Optional<Revision> head,
    List<Stage> stages,
    Membership membership,
    List<SourceView> sources,
    List<Drained> drains,
    GuardView guard,
    Assignment assignment) {
  /** Copies the lists. */
  public View {
    notReady = List.copyOf(notReady);
    stages = List.copyOf(stages);
    sources = List.copyOf(sources);
    drains = List.copyOf(drains);
  }

  /** The same, with other endpoints being served. */
  View with(Assignment now, Instant when) {
    return new View(when, notReady, head, stages, membership, sources, drains, guard, now);
  }

  /**
   * A stage.
   *
   * @param name the stage
   * @param control what operators set
   * @param local true when the control was set with {@code --local} and is not shared yet
   * @param target the revision that it should have; empty when none is known yet
   * @param serving the revision that it has; empty when it serves nothing
   * @param judged the revision that {@code problems} are of: the target, as soon as it was rendered
   * @param problems of the target revision: errors refuse it, warnings do not
   * @param held true: what was rendered waits for a promotion, as a problem says
   * @param waitingFor registries whose catalogs its templates need and that have not answered
   */
  public record Stage(
      String name,
      StageControl control,
      boolean local,
      Optional<Revision> target,
      Optional<Revision> serving,
      Optional<Revision> judged,
      List<Problem> problems,
      boolean held,
      SortedSet<String> waitingFor) {
    /** Copies the collections. */
    public Stage {
      problems = List.copyOf(problems);
      waitingFor = Collections.unmodifiableSortedSet(new TreeSet<>(waitingFor));
    }

    /** The same stage under another control. */
    Stage with(StageControl other) {
      return new Stage(name, other, local, target, serving, judged, problems, held, waitingFor);
    }
  }

  /**
   * Membership of stages.
   *
   * @param revision whose {@code stages:} are in force; empty before the first
   * @param pending the newer revision that would move connected Envoys and therefore waits for
   *     {@code lish promote membership REVISION}
   * @param moves what it would move, e.g. {@code edge-1: beta -> release}
   */
  public record Membership(
      Optional<Revision> revision, Optional<Revision> pending, List<String> moves) {
    /** None is known. */
    static final Membership NONE = new Membership(Optional.empty(), Optional.empty(), List.of());

    /** Copies the list. */
    public Membership {
      moves = List.copyOf(moves);
    }
  }

  /**
   * An instance or a host that operators took out.
   *
   * @param drain what was ordered
   * @param local true when it was ordered with {@code --local} and is not shared yet
   * @param instances how many instances it covers that are watched
   * @param inClusters clusters that have it written in themselves, and so go on using it
   * @param conflict why it cannot be shared; empty when it can, or is
   */
  public record Drained(
      Drain drain,
      boolean local,
      int instances,
      SortedSet<String> inClusters,
      Optional<String> conflict) {
    /** Copies the set. */
    public Drained {
      inClusters = Collections.unmodifiableSortedSet(new TreeSet<>(inClusters));
    }
  }

  /**
   * A source.
   *
   * @param name for example {@code mesh}, {@code shared}, {@code registry consul}, {@code
   *     consul:payments}
   * @param freshness whether it answers
   * @param since when it answered last with a change (current) or since when it does not answer
   *     (stale); empty when missing
   * @param detail why it does not answer, or a short description of what it gave
   */
  public record SourceView(
      String name, Freshness freshness, Optional<Instant> since, String detail) {}

  /** Whether a source answers. */
  public enum Freshness {
    /** It answers. */
    CURRENT,
    /** It does not; its last value is used. */
    STALE,
    /** It never answered. */
    MISSING
  }
}
