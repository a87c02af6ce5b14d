package dev.lish.render;

import dev.lish.model.Problem;
import dev.lish.source.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Finds the services whose data makes a render fail, and leaves them out. It takes halves of the
 * catalog as long as they fail and keeps what does not, in the catalog's order, so that the same
 * inputs always lose the same services.
 */
final class SetAside {
  private static final int MAX_TRIES = 1000;

  private final Function<SortedMap<String, List<Service>>, Attempt> render;
  private final int mostAside;
  private final List<Member> kept = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();
  private Attempt good;
  private int tries;

  private record Member(String registry, Service service) {}

  private SetAside(
      Function<SortedMap<String, List<Service>>, Attempt> render, Attempt none, int mostAside) {
    this.render = render;
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
   * without any service too, or more than half of all services fail. The latter is a mistake in the
   * template, but for a revision that is served already: there only the data is new, and one good
   * service is enough.
   *
   * @param failed with all services
   */
  static Optional<Result> find(
      Function<SortedMap<String, List<Service>>, Attempt> render,
      SortedMap<String, List<Service>> services,
      Attempt failed,
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
    SetAside search = new SetAside(render, none, served ? all.size() - 1 : all.size() / 2);
    return search.split(all, failed)
        ? Optional.of(new Result(search.good, search.warnings))
        : Optional.empty();
  }

  /** Takes what is good of members that fail together; false when the search is over. */
  private boolean split(List<Member> members, Attempt failed) {
    if (members.size() == 1) {
      warnings.add(warning(members.get(0), failed));
      return warnings.size() <= mostAside;
    }
    int middle = members.size() / 2;
    return take(members.subList(0, middle)) && take(members.subList(middle, members.size()));
  }

  private boolean take(List<Member> members) {
    if (++tries > MAX_TRIES) {
      return false;
    }
    List<Member> candidate = new ArrayList<>(kept);
    candidate.addAll(members);
    TreeMap<String, List<Service>> services = new TreeMap<>();
    for (Member member : candidate) {
      services.computeIfAbsent(member.registry, r -> new ArrayList<>()).add(member.service);
    }
    Attempt attempt = render.apply(services);
    if (attempt.failed()) {
      return split(members, attempt);
    }
    kept.addAll(members);
    good = attempt;
    return true;
  }

  private static Problem warning(Member member, Attempt failed) {
    Problem cause = failed.problems().stream().filter(Problem::isError).findFirst().orElseThrow();
    return Problem.warning(
        cause.path(),
        cause.line(),
        "registry %s: service %s is set aside: %s"
            .formatted(member.registry, member.service.name(), cause.message()));
  }
}
