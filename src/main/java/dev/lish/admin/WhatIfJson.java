package dev.lish.admin;

import static java.util.stream.Collectors.toSet;

import com.google.common.base.Splitter;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.lish.guard.HostKey;
import dev.lish.guard.WhatIf;
import dev.lish.pipeline.GuardView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What would become of a change, for each assignment that it concerns. */
record WhatIfJson(List<Answer> answers) {

  /** For one assignment. */
  record Answer(
      String assignment,
      Collection<String> clusters,
      String verdict,
      int factor,
      int hosts,
      int kept,
      @Nullable String until,
      boolean safe,
      List<After> priorities) {}

  /** A priority after the change, before any measure. */
  record After(int priority, int hosts, int available) {}

  static WhatIfJson of(GuardView view, Instant now, ServiceRequestContext ctx) {
    QueryParams query = ctx.queryParams();
    String cluster = query.get("cluster", "");
    String add = query.get("add", "");
    List<String> named = Splitter.on(',').omitEmptyStrings().splitToList(query.get("remove", ""));
    OptionalInt priority = priority(query.get("priority", ""));
    boolean adds = !add.isEmpty() && !cluster.isEmpty() && named.isEmpty();
    if (!adds && (named.isEmpty() || !add.isEmpty() || !cluster.isEmpty())) {
      throw new WrongRequest(
          "what-if (expected: cluster=NAME&add=NUMBER[&priority=NUMBER], or remove=HOST,HOST)");
    }
    Set<String> remove = places(view, named);
    List<Answer> answers = new ArrayList<>();
    for (GuardView.Guarded one : view.assignments()) {
      boolean meant =
          adds ? one.terms().clusters().contains(cluster) : places(one).anyMatch(remove::contains);
      if (meant) {
        answers.add(
            answer(
                one,
                adds
                    ? WhatIf.added(one.decision(), one.terms(), number(add), priority, now)
                    : removed(view, one, remove, now)));
      }
    }
    if (answers.isEmpty()) {
      throw new WrongRequest(
          "cluster: %s (expected: a cluster whose hosts Lish serves, one of %s)"
              .formatted(cluster, clusters(view)));
    }
    return new WhatIfJson(answers);
  }

  /** A few of them. */
  private static String clusters(GuardView view) {
    Set<String> all = new TreeSet<>();
    view.assignments().forEach(one -> all.addAll(one.terms().clusters()));
    String some = String.join(", ", all.stream().limit(10).toList());
    return all.size() > 10 ? some + ", …" : some;
  }

  private static Stream<String> places(GuardView.Guarded one) {
    return one.decision().base().hosts().keySet().stream().map(HostKey::place);
  }

  /** Of an address all ports. One that is misspelt must not make the answer a better one. */
  private static Set<String> places(GuardView view, List<String> named) {
    Set<String> all = view.assignments().stream().flatMap(WhatIfJson::places).collect(toSet());
    Set<String> meant = new TreeSet<>();
    for (String name : named) {
      String anyPort = (name.indexOf(':') >= 0 ? "[" + name + "]" : name) + ":";
      Set<String> its = new TreeSet<>(all);
      its.removeIf(place -> !place.equals(name) && !place.startsWith(anyPort));
      if (its.isEmpty()) {
        throw new WrongRequest(
            "remove: " + name + " (expected: ADDRESS or ADDRESS:PORT of hosts that Lish serves)");
      }
      meant.addAll(its);
    }
    return meant;
  }

  /** An assignment may have hosts of several queries; each keeps what is too much for it. */
  private static WhatIf removed(
      GuardView view, GuardView.Guarded one, Set<String> hosts, Instant now) {
    Map<String, Instant> kept = new HashMap<>();
    for (String of : one.of()) {
      GuardView.Service service = view.services().get(of);
      if (service != null) {
        kept.putAll(service.keptWithout(hosts, now));
      }
    }
    Optional<Instant> until = kept.values().stream().max(Instant::compareTo);
    return WhatIf.removed(one.decision(), one.terms(), hosts, kept.keySet(), until, now);
  }

  /** Envoy: "Priorities … max 128". */
  private static OptionalInt priority(String text) {
    if (text.isEmpty()) {
      return OptionalInt.empty();
    }
    if (!text.matches("\\d{1,3}") || Integer.parseInt(text) > 128) {
      throw new WrongRequest("priority: " + text + " (expected: 0..128)");
    }
    return OptionalInt.of(Integer.parseInt(text));
  }

  private static int number(String add) {
    if (!add.matches("[1-9]\\d{0,3}")) {
      throw new WrongRequest("add: " + add + " (expected: 1..9999)");
    }
    return Integer.parseInt(add);
  }

  private static Answer answer(GuardView.Guarded one, WhatIf what) {
    List<After> after = new ArrayList<>();
    what.levels().forEach((p, l) -> after.add(new After(p, l.counted(), l.available())));
    return new Answer(
        one.name(),
        one.terms().clusters(),
        what.verdict(),
        what.factor(),
        what.now(),
        what.kept(),
        what.until().map(GuardView::second).map(Instant::toString).orElse(null),
        what.safe(),
        after);
  }
}
