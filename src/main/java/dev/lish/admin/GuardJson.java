package dev.lish.admin;

import dev.lish.guard.Decision;
import dev.lish.guard.Headroom;
import dev.lish.guard.Level;
import dev.lish.guard.Verdict;
import dev.lish.pipeline.GuardView;
import dev.lish.source.Hold;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the guard did, and what it keeps back. */
record GuardJson(
    List<Assignment> assignments,
    List<Kept> holds,
    List<Change> changes,
    long alarms,
    List<Alarm> last) {

  static GuardJson of(GuardView view) {
    return new GuardJson(
        view.assignments().stream().map(Assignment::of).toList(),
        view.holds().stream().map(kept -> Kept.of(kept, view)).toList(),
        view.changes().stream()
            .map(c -> new Change(c.stage(), c.revision().number(), c.clusters(), c.because()))
            .toList(),
        view.alarms(),
        view.last().stream().map(a -> new Alarm(seconds(a.at()), a.text())).toList());
  }

  private static String seconds(Instant past) {
    return past.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** A revision that waits because of what it would do to hosts. */
  record Change(String stage, int revision, Collection<String> clusters, List<String> because) {}

  /** An alarm that was. */
  record Alarm(String at, String text) {}

  /**
   * An assignment.
   *
   * @param verdict admit, raise, step or hold
   * @param inServiceSeconds how long at most a new host takes to get traffic once it passes, and is
   *     sent; 0: at once
   * @param since when the factor was raised; null: it is not
   * @param until when the factor goes back, or the next step goes; null: not known
   * @param alarms that last
   */
  record Assignment(
      String name,
      Collection<String> clusters,
      boolean enabled,
      int threshold,
      int factor,
      double inServiceSeconds,
      String verdict,
      String because,
      @Nullable String since,
      @Nullable String until,
      List<String> waiting,
      List<String> alarms,
      List<Priority> priorities) {
    static Assignment of(GuardView.Guarded one) {
      Decision decision = one.decision();
      return new Assignment(
          one.name(),
          one.terms().clusters(),
          one.terms().settings().enabled(),
          one.terms().rules().threshold(),
          decision.factor(),
          one.terms().joins().toMillis() / 1000.0,
          word(decision.verdict()),
          decision.verdict().because(),
          decision.base().raisedSince().map(GuardJson::seconds).orElse(null),
          until(decision.verdict()).map(GuardView::second).map(Instant::toString).orElse(null),
          decision.verdict().match(a -> List.of(), r -> List.of(), s -> s.later(), h -> h.hosts()),
          decision.alarms(),
          Priority.of(decision, one.terms().rules().threshold()));
    }

    private static String word(Verdict verdict) {
      return verdict.match(a -> "admit", r -> "raise", s -> "step", h -> "hold");
    }

    private static Optional<Instant> until(Verdict verdict) {
      return verdict.match(
          a -> Optional.empty(), Verdict.Raise::until, Verdict.Step::when, Verdict.Hold::when);
    }
  }

  /**
   * A priority.
   *
   * @param available hosts that have been passing for the settle time
   * @param addable hosts that could be added at once, all down, without any measure; null: any
   *     number
   * @param losable hosts that could go down at once; null: all
   */
  record Priority(
      int priority,
      int hosts,
      int available,
      @Nullable Integer addable,
      @Nullable Integer losable) {
    static List<Priority> of(Decision decision, int threshold) {
      List<Headroom> rooms = decision.headroom(threshold);
      List<Priority> all = new ArrayList<>();
      int i = 0;
      for (Map.Entry<Integer, Level> level : decision.levels().entrySet()) {
        Headroom room = rooms.get(i++);
        all.add(
            new Priority(
                level.getKey(),
                level.getValue().counted(),
                level.getValue().available(),
                room.addable().isPresent() ? room.addable().getAsInt() : null,
                room.losable().isPresent() ? room.losable().getAsInt() : null));
      }
      return all;
    }
  }

  /**
   * What is kept back.
   *
   * @param of a query, or an assignment and a hash of its terms
   * @param clusters whose hosts they are: a release of one of them lets go
   */
  record Kept(
      String kind,
      String of,
      Collection<String> clusters,
      String because,
      boolean shared,
      List<Host> hosts) {
    static Kept of(GuardView.Kept kept, GuardView view) {
      Hold hold = kept.hold();
      List<Host> hosts = new ArrayList<>();
      hold.hosts()
          .forEach(
              (host, e) ->
                  hosts.add(
                      new Host(host, seconds(e.since()), GuardView.second(e.until()).toString())));
      TreeSet<String> clusters = new TreeSet<>();
      view.assignments().stream()
          .filter(one -> one.of().contains(hold.of()))
          .forEach(one -> clusters.addAll(one.terms().clusters()));
      return new Kept(
          hold.kind().label(), hold.of(), clusters, because(hold.kind()), kept.shared(), hosts);
    }

    private static String because(Hold.Kind kind) {
      return switch (kind) {
        case GONE -> "deregistered though last seen passing, too many at once: still sent";
        case CRITICAL -> "turned critical, too many at once: Envoys' own checks decide";
        case WAITING -> "new; with them, all down, Envoys would be in panic: not sent yet";
      };
    }
  }

  /** A host that is kept back. */
  record Host(String host, String since, String until) {}
}
