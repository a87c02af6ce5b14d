package dev.lish.source;

import dev.lish.model.Problem;
import dev.lish.model.Revision;
import java.util.List;
import java.util.function.Function;

/** How a commit to a repository ended. */
public sealed interface Commit {
  /** Nothing would have changed; the repository is at this revision. */
  record Unchanged(Revision revision) implements Commit {}

  /**
   * It is in, as this revision.
   *
   * @param notes what whoever ordered it should know of its effect
   */
  record Done(Revision revision, List<String> notes) implements Commit {
    /** Copies the list. */
    public Done {
      notes = List.copyOf(notes);
    }

    /** There is nothing to be said of it. */
    public Done(Revision revision) {
      this(revision, List.of());
    }
  }

  /** What was to be committed has Problems. */
  record Rejected(List<Problem> problems) implements Commit {
    /** Copies the list. */
    public Rejected {
      problems = List.copyOf(problems);
    }
  }

  /** Others were first, the order makes no sense, or the repository takes no commits. */
  record Refused(String message) implements Commit {}

  /** The repository could not be reached, or did not answer in time. */
  record Unreachable(String cause) implements Commit {}

  /** Calls the function of the case. */
  default <R> R match(
      Function<Unchanged, R> unchanged,
      Function<Done, R> done,
      Function<Rejected, R> rejected,
      Function<Refused, R> refused,
      Function<Unreachable, R> unreachable) {
    if (this instanceof Unchanged u) {
      return unchanged.apply(u);
    } else if (this instanceof Done d) {
      return done.apply(d);
    } else if (this instanceof Rejected r) {
      return rejected.apply(r);
    }
    return this instanceof Refused r ? refused.apply(r) : unreachable.apply((Unreachable) this);
  }

  /** True when it is in, or was already. */
  default boolean succeeded() {
    return this instanceof Done || this instanceof Unchanged;
  }

  /**
   * The outcome to tell of the two, when one order needed both commits: the one that went worse.
   */
  static Commit worse(Commit a, Commit b) {
    return rank(a) >= rank(b) ? a : b;
  }

  private static int rank(Commit commit) {
    return commit.match(u -> 0, d -> 1, r -> 2, r -> 3, u -> 4);
  }
}
