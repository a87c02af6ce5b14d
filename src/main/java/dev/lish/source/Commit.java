package dev.lish.source;

import dev.lish.model.Revision;
import java.util.function.Function;

/** How a commit to a repository ended. */
public sealed interface Commit {
  /** It is in, as this revision. */
  record Done(Revision revision) implements Commit {}

  /** Nothing would have changed; the repository is at this revision. */
  record Unchanged(Revision revision) implements Commit {}

  /** Others were first, or the repository takes no commits; the message says which. */
  record Refused(String message) implements Commit {}

  /** The repository could not be reached, or did not answer in time. */
  record Unreachable(String cause) implements Commit {}

  /** Calls the function of the case. */
  default <R> R match(
      Function<Done, R> done,
      Function<Unchanged, R> unchanged,
      Function<Refused, R> refused,
      Function<Unreachable, R> unreachable) {
    if (this instanceof Done d) {
      return done.apply(d);
    } else if (this instanceof Unchanged u) {
      return unchanged.apply(u);
    }
    return this instanceof Refused r ? refused.apply(r) : unreachable.apply((Unreachable) this);
  }
}
