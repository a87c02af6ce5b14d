package dev.lish.source;

import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import java.util.concurrent.CompletableFuture;

/** Lish's own repository: watched like any source, changed by commits with a base revision. */
public interface SharedRepository extends Source<SharedState> {
  /**
   * Writes {@code /stages/<stage>.json}.
   *
   * @param base revision of Lish's own repository that the change was made from; when the same file
   *     changed since, the commit is refused (first wins)
   */
  CompletableFuture<Commit> putStage(
      Revision base, String stage, StageControl control, String summary);

  /** Writes {@code /membership.json}: which mesh revision decides who belongs where. */
  CompletableFuture<Commit> putMembership(
      Revision base, Revision membership, String by, String summary);

  /** Writes, or removes, the file of a target below {@code /drains/}. */
  CompletableFuture<Commit> putDrain(DrainChange change);

  /** Writes {@code /holds/<name>.json}; a hold without hosts is removed. */
  CompletableFuture<Commit> putHold(Revision base, Hold hold, String summary);

  /** Writes {@code /releases/<cluster>.json}. */
  CompletableFuture<Commit> putRelease(Revision base, Release release);
}
