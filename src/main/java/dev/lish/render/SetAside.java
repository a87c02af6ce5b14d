package dev.lish.render;

import dev.lish.model.Problem;
import dev.lish.model.ProblemKind;
import dev.lish.source.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Finds the services whose data makes a render fail, and takes their last good data instead, or
 * leaves them out where there is none. It takes halves of the catalog as long as they fail and
 * keeps what does not, in the catalog's order, so that the same inputs always lose the same
 * services.
 */
final class SetAside {
  private static final int MAX_TRIES = 1000;

  private final Function<SortedMap<String, List<Service>>, Attempt> render;
  private final SortedMap<String, List<Service>> lastGood;
  private final int mostAside;
  private final List<Member> kept = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();
  private Attempt good;
  private int leftOut;
  private int tries;

  private record Member(String registry, Service service) {}

  private SetAside(
      Function<SortedMap<String, List<Service>>, Attempt> render,
      SortedMap<String, List<Service>> lastGood,
      Attempt none,
      int mostAside) {
    this.render = render;
    this.lastGood = lastGood;
    this.good = none;
    this.mostAside = mostAside;
  }

  /**
   * What is left.
   *
   * @param warnings one per service that is set aside
   */
  record Result(Attempt attempt, List<Problem> warnings) {}

  /**
   * Renders without the services that cause Problems. Empty when the fault is not theirs: it fails
   * without any service too, or more than half of all services would be left out. The latter is a
   * mistake in the template, but for a revision that is served already: there only the data is new,
   * and one good service is enough.
   *
   * @param failed with all services
   * @param previous what the stage serves now
   * @param served true when that is the same revision
   */
  static Optional<Result> find(
      Function<SortedMap<String, List<Service>>, Attempt> render,
      SortedMap<String, List<Service>> services,
      Attempt failed,
      Optional<Rendered> previous,
      boolean served) {
    List<Member> all = new ArrayList<>();
    for (String registry : failed.registries()) {
      services.getOrDefault(registry, List.of()).forEach(s -> all.add(new Member(registry, s)));
    }
    if (all.isEmpty()) {
      return Optional.empty();
    }
    Attempt none = render.apply(new TreeMap<>());
    if (none.failed()) {
      return Optional.empty();
    }
    SortedMap<String, List<Service>> lastGood =
        previous.map(Rendered::services).orElse(new TreeMap<>());
    SetAside search =
        new SetAside(render, lastGood, none, served ? all.size() - 1 : all.size() / 2);
    return search.split(all, failed)
        ? Optional.of(new Result(search.good, search.warnings))
        : Optional.empty();
  }

  /** Takes what is good of members that fail together; false when the search is over. */
  private boolean split(List<Member> members, Attempt failed) {
    if (members.size() == 1) {
      Member member = members.get(0);
      boolean replaced = lastGood(member).filter(this::works).isPresent();
      warnings.add(warning(member, failed, replaced));
      leftOut += replaced ? 0 : 1;
      return leftOut <= mostAside;
    }
    int middle = members.size() / 2;
    return take(members.subList(0, middle)) && take(members.subList(middle, members.size()));
  }

  private Optional<Member> lastGood(Member member) {
    return lastGood.getOrDefault(member.registry, List.of()).stream()
        .filter(s -> s.name().equals(member.service.name()) && !s.equals(member.service))
        .map(s -> new Member(member.registry, s))
        .findFirst();
  }

  /** Takes the member if it does not fail. */
  private boolean works(Member member) {
    Attempt attempt = attempt(List.of(member));
    if (!attempt.failed()) {
      kept.add(member);
      good = attempt;
    }
    return !attempt.failed();
  }

  private boolean take(List<Member> members) {
    if (++tries > MAX_TRIES) {
      return false;
    }
    Attempt attempt = attempt(members);
    if (attempt.failed()) {
      return split(members, attempt);
    }
    kept.addAll(members);
    good = attempt;
    return true;
  }

  private Attempt attempt(List<Member> members) {
    List<Member> candidate = new ArrayList<>(kept);
    candidate.addAll(members);
    TreeMap<String, List<Service>> services = new TreeMap<>();
    for (Member member : candidate) {
      services.computeIfAbsent(member.registry, r -> new ArrayList<>()).add(member.service);
    }
    return render.apply(services);
  }

  private static Problem warning(Member member, Attempt failed, boolean replaced) {
    Problem cause = failed.problems().stream().filter(Problem::isError).findFirst().orElseThrow();
    return Problem.of(
        ProblemKind.REGISTRY_DATA,
        cause.path(),
        cause.line(),
        "registry %s: service %s is set aside%s: %s"
            .formatted(
                member.registry,
                member.service.name(),
                replaced ? " (its last good data is used)" : "",
                cause.message()));
  }
}
