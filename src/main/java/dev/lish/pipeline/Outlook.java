package dev.lish.pipeline;

import dev.lish.guard.Base;
import dev.lish.guard.Decision;
import dev.lish.model.Resource;
import java.util.Optional;

/** What is known of hosts while a revision is judged. */
interface Outlook {
  /** What the guard decided last of an assignment that is served; empty: it has not been made. */
  Optional<Decision> decision(Guarded served);

  /** What was sent last of an assignment that is served; empty: not known. */
  Optional<Base> base(Guarded served);

  /**
   * The assignment that a revision would have, by what registries say now, before the guard has
   * looked at it.
   */
  Expected expected(Guarded next);

  /**
   * An assignment that is to be.
   *
   * @param wanted empty while a registry that it needs has not answered
   * @param missing which, and why; empty when it is there, or may be in a moment
   */
  record Expected(Optional<Resource> wanted, String missing) {}
}
