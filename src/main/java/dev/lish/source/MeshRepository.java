package dev.lish.source;

import com.google.protobuf.ByteString;
import dev.lish.model.Revision;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The repository that holds the mesh folder; its state is the folder at head. */
public interface MeshRepository extends Source<MeshFolder> {
  /** The folder at this revision; fails when there is none or the repository does not answer. */
  CompletableFuture<MeshFolder> at(Revision revision);

  /**
   * Makes the repository's folder equal to the files, in one commit.
   *
   * @param base the head that the author saw; when head is another, the commit is refused
   * @param files path without a leading slash to content
   */
  CompletableFuture<Commit> push(
      Revision base, Map<String, ByteString> files, String message, String author);
}
