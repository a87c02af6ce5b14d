package dev.lish.pipeline;

import dev.lish.delivery.Delivery;
import dev.lish.delivery.Growth;
import dev.lish.guard.Hazard;
import dev.lish.model.GroupRule;
import dev.lish.model.Node;
import dev.lish.model.Problem;
import dev.lish.model.SnapshotKey;
import dev.lish.render.Mesh;
import dev.lish.render.Rendered;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a revision that renders may take the place of what a stage serves.
 *
 * @param stage the stage
 * @param serving what it serves
 * @param next what was rendered
 * @param hosts what is known of hosts, and let go
 */
record Hold(String stage, Rendered serving, Rendered next, Hosts hosts) {
  /**
   * What decides what it may do to hosts.
   *
   * @param outlook what is known of hosts
   * @param released clusters to whose hosts it may do anything: an operator said so
   */
  record Hosts(Outlook outlook, Set<String> released) {}

  /**
   * Why it waits.
   *
   * @param problems for people
   * @param hazards what it would do to hosts; empty where it waits for something else
   */
  record Hindrance(List<Problem> problems, List<Hazard> hazards) {}

  /** So many are told of. */
  private static final int SHOWN = 5;

  private static final String ORPHANS =
      "revision %s is held: no group of it matches %s (expected: a group for every connected Envoy,"
          + " or `lish promote %s %s` to accept it)";
  private static final String JUMPS =
      "revision %s is held: %s (expected: a look at it with `lish diff`, then a mended file, or"
          + " `lish promote %s %s` to accept it)";
  private static final String HAZARDS =
      "revision %s is held: %s (expected: such a change in steps; to accept it `lish guard release"
          + " %s`, or `lish promote %s %s`)";
  private static final String UNSETTLED =
      "revision %s changes who belongs to a group: it waits until the Envoys of before the restart"
          + " are back";

  /**
   * Why it must wait; empty: it need not.
   *
   * @param connected the Envoys of the stage
   * @param settled false for a while after a restart: Envoys that were connected are not back yet
   */
  Optional<Hindrance> reason(Collection<Node> connected, boolean settled) {
    List<GroupRule> before = rules(serving);
    List<GroupRule> after = rules(next);
    List<String> orphans = Delivery.orphans(connected, before, after);
    if (!orphans.isEmpty()) {
      return Optional.of(new Hindrance(List.of(error(ORPHANS, orphans)), List.of()));
    }
    List<String> jumps = Growth.jumps(sizes(serving), sizes(next));
    if (!jumps.isEmpty()) {
      return Optional.of(new Hindrance(List.of(error(JUMPS, jumps)), List.of()));
    }
    List<Hazard> hazards =
        Hazards.of(serving, next, hosts.outlook()).stream()
            .filter(hazard -> Collections.disjoint(hazard.clusters(), hosts.released()))
            .toList();
    if (!hazards.isEmpty()) {
      // What cannot be told yet is not told: most revisions that ask for more do no harm.
      List<Hazard> told = hazards.stream().filter(hazard -> !hazard.text().isEmpty()).toList();
      return Optional.of(new Hindrance(problems(told), told));
    }
    return !settled && !before.equals(after)
        ? Optional.of(
            new Hindrance(
                List.of(Problem.warning("mesh.yaml", 0, UNSETTLED.formatted(next.revision()))),
                List.of()))
        : Optional.empty();
  }

  private static Map<SnapshotKey, Growth.Sizes> sizes(Rendered rendered) {
    Map<SnapshotKey, Growth.Sizes> sizes = new HashMap<>();
    // Most values of `by` share what they get.
    IdentityHashMap<Rendered.Group, Growth.Sizes> known = new IdentityHashMap<>();
    rendered
        .groups()
        .forEach(
            (key, group) ->
                sizes.put(
                    key, known.computeIfAbsent(group, any -> Growth.Sizes.of(group.resources()))));
    return sizes;
  }

  /** One for each, at its place; the last tells of those that are left out. */
  private List<Problem> problems(List<Hazard> hazards) {
    List<Problem> problems = new ArrayList<>();
    int shown = Math.min(hazards.size(), SHOWN);
    for (Hazard hazard : hazards.subList(0, shown)) {
      int more = problems.size() == shown - 1 ? hazards.size() - shown : 0;
      String text = hazard.text() + (more > 0 ? " and " + more + " more like that" : "");
      problems.add(
          Problem.error(
              hazard.path().isEmpty() ? "mesh.yaml" : hazard.path(),
              hazard.line(),
              HAZARDS.formatted(
                  next.revision(), text, hazard.clusters().first(), stage, next.revision())));
    }
    return problems;
  }

  private Problem error(String message, List<String> why) {
    return Problem.error(
        "mesh.yaml", 0, message.formatted(next.revision(), some(why), stage, next.revision()));
  }

  static List<GroupRule> rules(Rendered rendered) {
    return rendered.mesh().groups().stream().map(Mesh.Group::rule).toList();
  }

  private static String some(List<String> names) {
    int shown = Math.min(names.size(), SHOWN);
    String more = names.size() > shown ? " and " + (names.size() - shown) + " more" : "";
    return String.join(", ", names.subList(0, shown)) + more;
  }
}
