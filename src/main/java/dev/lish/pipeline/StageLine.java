package dev.lish.pipeline;

import dev.lish.delivery.Delivery;
import dev.lish.guard.Hazard;
import dev.lish.model.GroupRule;
import dev.lish.model.Node;
import dev.lish.model.Problem;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.render.Rendered;
import dev.lish.render.Rendering;
import dev.lish.source.Inputs;
import dev.lish.source.MeshFolder;
import dev.lish.source.Release;
import dev.lish.source.Service;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One stage on its way from revision to revision: what it should have, what it has, and why they
 * differ. Confined to the pipeline's thread.
 */
final class StageLine {
  /** How many other revisions are tried at a start whose head cannot be served. */
  private static final int WALK_BACK = 20;

  private final String name;
  private StageControl control = StageControl.DEFAULT;
  private Optional<Revision> target = Optional.empty();
  private Optional<Serving> serving = Optional.empty();
  private Optional<Held> held = Optional.empty();

  /** The newest release under which the stage took what it serves. */
  private Instant releasedUnder = Instant.EPOCH;

  /** When the order was given under which the stage took what it serves. */
  private Optional<Instant> servedUnder = Optional.empty();

  private Optional<Inputs> running = Optional.empty();
  private Optional<Inputs> tried = Optional.empty();
  private Optional<Set<String>> reads = Optional.empty();
  private List<Problem> problems = List.of();
  private List<Hazard> hazards = List.of();
  private Optional<Revision> judged = Optional.empty();
  private SortedSet<String> waitingFor = new TreeSet<>();
  private final Deque<Revision> fallbacks = new ArrayDeque<>();
  private boolean aimed;
  private boolean walked;
  private Optional<Inputs> walkedFor = Optional.empty();

  /** What a stage has: the folder, and what came of it. */
  record Serving(MeshFolder folder, Rendered rendered) {}

  /** What was rendered and is not served yet, and the warnings that come with it. */
  private record Held(Serving serving, List<Problem> warnings) {
    Revision revision() {
      return serving.folder().revision();
    }
  }

  StageLine(String name) {
    this.name = name;
  }

  /**
   * Takes in what should be.
   *
   * @param served what the stage has served, the newest last: after a start it first goes back to
   *     where it was, since only from there can be told whom the way to head would cut off
   */
  void aim(StageControl next, Optional<Revision> head, List<Revision> served) {
    Optional<Revision> nextTarget = Delivery.target(next, head);
    if (acceptsNothing(next, nextTarget)) {
      servedUnder = Optional.of(next.at());
    }
    control = next;
    if (nextTarget.equals(target)) {
      return;
    }
    target = nextTarget;
    tried = Optional.empty();
    fallbacks.clear();
    walked = false;
    walkedFor = Optional.empty();
    held = Optional.empty();
    boolean free = next.revision().isEmpty() && !next.paused();
    if (!aimed && free && !served.isEmpty()) {
      Revision last = served.get(served.size() - 1);
      if (!target.equals(Optional.of(last))) {
        fallbacks.add(last);
      }
    }
    aimed = true;
  }

  /** An order to stay where the stage is, without anything that waits, and a pause and its end. */
  private boolean acceptsNothing(StageControl next, Optional<Revision> nextTarget) {
    if (next.at().equals(control.at())) {
      return false;
    }
    boolean stays = held.isEmpty() && revision().isPresent() && revision().equals(nextTarget);
    boolean onlyPaused =
        next.revision().equals(control.revision())
            && next.paused() != control.paused()
            && servedUnder.equals(Optional.of(control.at()));
    return stays || onlyPaused;
  }

  /** The revision to render next: the target or, at a start where it is refused, an older one. */
  Optional<Revision> wanted() {
    return fallbacks.isEmpty() ? target : Optional.of(fallbacks.getFirst());
  }

  /** The revision cannot even be read: at a start, on to an older one. */
  void unreadable(Revision revision, List<Revision> served) {
    if (serving.isEmpty() && isTarget(revision) && fallbacks.isEmpty()) {
      if (!walked) {
        walkBack(revision, served);
      }
    } else {
      fallbacks.removeFirstOccurrence(revision);
    }
  }

  /** True when a render of these inputs should start now. */
  boolean shouldRender(Inputs inputs) {
    return running.isEmpty() && tried.filter(last -> same(last, inputs)).isEmpty();
  }

  /** A catalog that the templates do not read is no reason to render again. */
  private boolean same(Inputs last, Inputs next) {
    return last.folder().equals(next.folder())
        && last.registries().equals(next.registries())
        && last.secrets().equals(next.secrets())
        && read(last).equals(read(next));
  }

  private Map<String, List<Service>> read(Inputs inputs) {
    Map<String, List<Service>> read = new HashMap<>(inputs.services());
    reads.ifPresent(read.keySet()::retainAll);
    return read;
  }

  /** True while a render is under way. */
  boolean rendering() {
    return running.isPresent();
  }

  void started(Inputs inputs) {
    running = Optional.of(inputs);
  }

  /** The render ended by our own bug; the same inputs are not tried again. */
  void crashed(String cause) {
    tried = running;
    judged = running.map(inputs -> inputs.folder().revision());
    running = Optional.empty();
    reads = Optional.empty();
    problems = List.of(Problem.error("mesh.yaml", 0, "internal error: " + cause));
  }

  /** Takes in the result of the render; {@link #release} then may serve it. */
  void finished(Rendering rendering, List<Revision> served) {
    Inputs inputs = running.orElseThrow();
    Revision rendered = inputs.folder().revision();
    running = Optional.empty();
    if (!wanted().equals(Optional.of(rendered))) {
      // It was started for what the stage was to have then.
      return;
    }
    tried = Optional.of(inputs);
    reads = Optional.empty();
    waitingFor = new TreeSet<>();
    if (rendering instanceof Rendering.Done done) {
      reads = Optional.of(done.rendered().catalogs());
      held = Optional.of(new Held(new Serving(inputs.folder(), done.rendered()), done.warnings()));
    } else if (rendering instanceof Rendering.Waiting waiting) {
      waitingFor = waiting.registries();
    } else if (rendering instanceof Rendering.Refused refused) {
      refused(inputs, refused.problems(), served);
    }
  }

  private void refused(Inputs inputs, List<Problem> found, List<Revision> served) {
    Revision revision = inputs.folder().revision();
    held = Optional.empty();
    if (!isTarget(revision)) {
      fallbacks.removeFirstOccurrence(revision);
      return;
    }
    problems = found;
    judged = Optional.of(revision);
    // Once for the same inputs, whatever comes of it: else a stage without a good one never rests.
    if (serving.isEmpty() && !walkedFor.equals(Optional.of(inputs))) {
      walkedFor = Optional.of(inputs);
      walkBack(revision, served);
    }
  }

  /** After a start on a head that cannot be served: what was served last, then ever older ones. */
  private void walkBack(Revision refused, List<Revision> served) {
    walked = true;
    Set<Revision> order = new LinkedHashSet<>();
    for (int i = served.size() - 1; i >= 0; i--) {
      order.add(served.get(i));
    }
    for (int n = refused.number() - 1; n >= 1 && n >= refused.number() - WALK_BACK; n--) {
      order.add(new Revision(n));
    }
    order.remove(refused);
    fallbacks.clear();
    order.stream().limit(WALK_BACK).forEach(fallbacks::add);
  }

  /** What was rendered and waits to be served. */
  Optional<Rendered> waiting() {
    return held.map(h -> h.serving().rendered());
  }

  /** True when there is a revision that waits to be served. */
  boolean holds() {
    return held.isPresent();
  }

  /**
   * Serves what was rendered, unless it would leave connected Envoys without a group, is twice or
   * half of what is served, or acts on hosts as a mass failure would. An operator who promotes the
   * revision by name accepts that, once: when data of a registry makes something else of the same
   * revision later, it is looked at again.
   *
   * @param settled false for a while after a restart: Envoys that were connected are not back yet
   * @param outlook what is known of hosts
   * @param releases what operators let go; each counts once, and until another order is given
   * @return true when the stage serves something new
   */
  boolean release(
      Collection<Node> connected, boolean settled, Outlook outlook, Collection<Release> releases) {
    if (held.isEmpty()) {
      return false;
    }
    Held next = held.get();
    List<Release> mine = releasing(next.revision(), releases);
    Optional<Hold.Hindrance> hindrance =
        hindrance(next, connected, settled, new Hold.Hosts(outlook, clusters(mine)));
    hazards = hindrance.map(Hold.Hindrance::hazards).orElse(List.of());
    if (isTarget(next.revision())) {
      List<Problem> found = new ArrayList<>();
      hindrance.ifPresent(why -> found.addAll(why.problems()));
      found.addAll(next.warnings());
      problems = List.copyOf(found);
      judged = target;
    }
    if (hindrance.isPresent()) {
      return false;
    }
    serving = Optional.of(next.serving());
    servedUnder = Optional.of(control.at());
    mine.forEach(r -> releasedUnder = r.at().isAfter(releasedUnder) ? r.at() : releasedUnder);
    held = Optional.empty();
    fallbacks.clear();
    return true;
  }

  private List<Release> releasing(Revision revision, Collection<Release> releases) {
    String of = GuardView.Change.of(name, revision);
    return releases.stream()
        .filter(r -> r.of().contains(of))
        .filter(r -> r.at().isAfter(control.at()) && r.at().isAfter(releasedUnder))
        .toList();
  }

  private static Set<String> clusters(List<Release> releases) {
    return releases.stream().map(Release::cluster).collect(Collectors.toSet());
  }

  private Optional<Hold.Hindrance> hindrance(
      Held next, Collection<Node> connected, boolean settled, Hold.Hosts hosts) {
    boolean accepted =
        control.revision().isPresent() && !servedUnder.equals(Optional.of(control.at()));
    if (accepted || serving.isEmpty()) {
      return Optional.empty();
    }
    return new Hold(name, serving.get().rendered(), next.serving().rendered(), hosts)
        .reason(connected, settled);
  }

  /** The revision that waits because of what it would do to hosts; empty: none does. */
  Optional<GuardView.Change> heldChange() {
    return held.filter(h -> !hazards.isEmpty())
        .map(
            h -> {
              TreeSet<String> clusters = new TreeSet<>();
              hazards.forEach(hazard -> clusters.addAll(hazard.clusters()));
              List<String> why = hazards.stream().map(Hazard::text).distinct().toList();
              return new GuardView.Change(name, h.revision(), why, clusters);
            });
  }

  private boolean isTarget(Revision revision) {
    return target.equals(Optional.of(revision));
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
    return serving.map(s -> Hold.rules(s.rendered())).orElse(List.of());
  }

  /** The revisions whose folders must be kept. */
  void addInUse(Set<Revision> inUse) {
    target.ifPresent(inUse::add);
    wanted().ifPresent(inUse::add);
    revision().ifPresent(inUse::add);
  }

  List<Problem> problems() {
    return problems;
  }

  View.Stage view(boolean local, List<Problem> shown) {
    return new View.Stage(
        name, control, local, target, revision(), judged, shown, held.isPresent(), waitingFor);
  }
}
