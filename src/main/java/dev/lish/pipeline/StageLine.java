package dev.lish.pipeline;

import dev.lish.delivery.Delivery;
import dev.lish.model.GroupRule;
import dev.lish.model.Node;
import dev.lish.model.Problem;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.render.Mesh;
import dev.lish.render.Rendered;
import dev.lish.render.Rendering;
import dev.lish.source.Inputs;
import dev.lish.source.MeshFolder;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One stage on its way from revision to revision: what it should have, what it has, and why they
 * differ. Confined to the pipeline's thread.
 */
final class StageLine {
  /** How many older revisions are tried at a start whose head cannot be served. */
  private static final int WALK_BACK = 20;

  private final String name;
  private StageControl control = StageControl.DEFAULT;
  private Optional<Revision> target = Optional.empty();
  private Optional<Serving> serving = Optional.empty();
  private Optional<Serving> held = Optional.empty();
  private Optional<Inputs> running = Optional.empty();
  private Optional<Inputs> tried = Optional.empty();
  private List<Problem> problems = List.of();
  private SortedSet<String> waitingFor = new TreeSet<>();
  private final Deque<Revision> fallbacks = new ArrayDeque<>();

  /** What a stage has: the folder, and what came of it. */
  record Serving(MeshFolder folder, Rendered rendered) {}

  StageLine(String name) {
    this.name = name;
  }

  /** Takes in what should be; true when the target is another one than before. */
  boolean aim(StageControl next, Optional<Revision> head) {
    control = next;
    Optional<Revision> nextTarget = Delivery.target(next, head);
    boolean moved = !nextTarget.equals(target);
    if (moved) {
      target = nextTarget;
      fallbacks.clear();
      held = Optional.empty();
    }
    return moved;
  }

  /** The revision to render next: the target or, at a start where it is refused, an older one. */
  Optional<Revision> wanted() {
    return fallbacks.isEmpty() ? target : Optional.of(fallbacks.getFirst());
  }

  /** The revision cannot even be read: at a start, on to an older one. */
  void unreadable(Revision revision, List<Revision> served) {
    fallBack(revision, served);
  }

  /** True when a render of these inputs should start now. */
  boolean shouldRender(Inputs inputs) {
    return running.isEmpty() && !tried.equals(Optional.of(inputs));
  }

  void started(Inputs inputs) {
    running = Optional.of(inputs);
  }

  /** The render ended by our own bug; the same inputs are not tried again. */
  void crashed(String cause) {
    tried = running;
    running = Optional.empty();
    problems = List.of(Problem.error("mesh.yaml", 0, "internal error: " + cause));
  }

  /** Takes in the result of the render; true when the stage serves something new. */
  boolean finished(Rendering rendering, Collection<Node> connected, List<Revision> served) {
    Inputs inputs = running.orElseThrow();
    running = Optional.empty();
    tried = Optional.of(inputs);
    waitingFor = new TreeSet<>();
    boolean isTarget = target.equals(Optional.of(inputs.folder().revision()));
    return rendering.match(
        done -> {
          if (isTarget) {
            problems = done.warnings();
          }
          held = Optional.of(new Serving(inputs.folder(), done.rendered()));
          return release(connected);
        },
        waiting -> {
          waitingFor = waiting.registries();
          return false;
        },
        refused -> {
          if (isTarget) {
            problems = refused.problems();
          }
          fallBack(inputs.folder().revision(), served);
          return false;
        });
  }

  /** True when there is a revision that waits to be served. */
  boolean holds() {
    return held.isPresent();
  }

  /**
   * Serves what is held, unless it would leave connected Envoys without a group. An operator who
   * promoted the revision by name has accepted that.
   */
  boolean release(Collection<Node> connected) {
    if (held.isEmpty()) {
      return false;
    }
    Serving next = held.get();
    List<String> orphans =
        control.revision().isPresent()
            ? List.of()
            : Delivery.orphans(connected, rules(serving), rules(held));
    if (!orphans.isEmpty()) {
      problems =
          List.of(
              Problem.error(
                  "mesh.yaml",
                  0,
                  String.format(
                      "revision %s is held: no group of it matches %s (expected: a group for every"
                          + " connected Envoy, or `lish promote %s %s` to accept it)",
                      next.folder().revision(), some(orphans), name, next.folder().revision())));
      return false;
    }
    serving = held;
    held = Optional.empty();
    fallbacks.clear();
    return true;
  }

  /** After a start on a head that cannot be served: what was served last, then ever older ones. */
  private void fallBack(Revision refused, List<Revision> served) {
    if (serving.isPresent()) {
      return;
    }
    if (fallbacks.isEmpty() && target.equals(Optional.of(refused))) {
      for (int i = served.size() - 1; i >= 0; i--) {
        fallbacks.add(served.get(i));
      }
      for (int n = refused.number() - 1; n >= 1 && n >= refused.number() - WALK_BACK; n--) {
        fallbacks.add(new Revision(n));
      }
      fallbacks.removeIf(refused::equals);
    } else {
      fallbacks.pollFirst();
    }
  }

  private static List<GroupRule> rules(Optional<Serving> serving) {
    return serving
        .map(s -> s.rendered().mesh().groups().stream().map(Mesh.Group::rule).toList())
        .orElse(List.of());
  }

  private static String some(List<String> names) {
    int shown = Math.min(names.size(), 5);
    String more = names.size() > shown ? " and " + (names.size() - shown) + " more" : "";
    return String.join(", ", names.subList(0, shown)) + more;
  }

  String name() {
    return name;
  }

  Optional<Revision> target() {
    return target;
  }

  Optional<Serving> serving() {
    return serving;
  }

  Optional<Revision> revision() {
    return serving.map(s -> s.folder().revision());
  }

  StageControl control() {
    return control;
  }

  SortedSet<String> waitingFor() {
    return waitingFor;
  }

  /** The rules for who belongs to which group, as in the revision that the stage has. */
  List<GroupRule> groups() {
    return rules(serving);
  }

  /** The revisions whose folders must be kept. */
  void addInUse(Set<Revision> inUse) {
    target.ifPresent(inUse::add);
    wanted().ifPresent(inUse::add);
    revision().ifPresent(inUse::add);
  }

  View.Stage view(boolean local, Optional<String> fetchFailure) {
    List<Problem> shown =
        fetchFailure.map(f -> List.of(Problem.error("mesh.yaml", 0, f))).orElse(problems);
    return new View.Stage(name, control, local, target, revision(), shown, waitingFor);
  }
}
