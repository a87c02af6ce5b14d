package dev.lish.pipeline;

import com.google.protobuf.ByteString;
import dev.lish.model.Revision;
import dev.lish.source.Commit;
import dev.lish.source.MeshFolder;
import dev.lish.source.Service;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

/**
 * What operators can do to a running Lish. Every change is a commit; its outcome says whether it is
 * in. An unknown stage or revision is {@link Commit.Refused}.
 */
public interface Operations {
  /**
   * Who asks, why, and where it counts.
   *
   * @param by who, for the audit trail
   * @param reason why; may be empty only for resume
   * @param local true: acts on this replica at once, kept in {@code data/}, committed when Central
   *     Dogma is back
   */
  record Order(String by, String reason, boolean local) {}

  /** Stops a stage, or every stage when empty, on the revision that it has. */
  CompletableFuture<Commit> pause(Optional<String> stage, Order order);

  /** Lifts the pause of a stage, or of every stage when empty; never a pin. */
  CompletableFuture<Commit> resume(Optional<String> stage, Order order);

  /** Pins a stage to a revision; empty: it follows head again. */
  CompletableFuture<Commit> promote(String stage, Optional<Revision> revision, Order order);

  /** Accepts the membership of this mesh revision, though it moves connected Envoys. */
  CompletableFuture<Commit> promoteMembership(Revision revision, Order order);

  /** The mesh folder at a revision, at head when empty; fails when there is none. */
  CompletableFuture<MeshFolder> folder(Optional<Revision> revision);

  /**
   * What templates see now: the services of those registries whose catalogs some template reads.
   */
  SortedMap<String, List<Service>> catalogs();

  /** Takes a stage to the revision that it served before, and pauses it. */
  CompletableFuture<Commit> rollback(String stage, Order order);

  /** Lets go at once of all that is kept back of a cluster's hosts. */
  CompletableFuture<Commit> release(String cluster, Order order);

  /**
   * Takes an instance, or a host with all its instances, out of every assignment. Refused when no
   * watched instance is meant, or when too little of a cluster would be left.
   *
   * @param target see {@link dev.lish.model.Drain}
   * @param force true: whatever is left
   */
  CompletableFuture<Commit> drain(String target, boolean force, Order order);

  /** Ends the drain of this very target. */
  CompletableFuture<Commit> undrain(String target, Order order);

  /**
   * Checks the files and makes the mesh equal to them, in one commit. Problems are {@link
   * Commit.Refused}, with one line each.
   *
   * @param base the head that the author saw; empty: whatever head is now
   */
  CompletableFuture<Commit> push(
      Optional<Revision> base, Map<String, ByteString> files, String message, String by);
}
