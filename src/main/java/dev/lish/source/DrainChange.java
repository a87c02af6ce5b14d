package dev.lish.source;

import dev.lish.model.Drain;
import dev.lish.model.Revision;
import java.util.Optional;

/**
 * A change of what is drained, to be committed.
 *
 * @param base revision of Lish's own repository that it was made from
 * @param rivals changes since the base that refuse it
 * @param target whose drain it is
 * @param drain what holds from now on; empty: nothing
 * @param by who asked
 * @param summary of the commit
 */
public record DrainChange(
    Revision base, Rivals rivals, String target, Optional<Drain> drain, String by, String summary) {
  /** Which changes are conflicts. */
  public enum Rivals {
    /** Those of the same target. */
    SAME_TARGET,
    /** Any drain: what remains of a cluster was judged with those that were known. */
    ANY_DRAIN
  }
}
