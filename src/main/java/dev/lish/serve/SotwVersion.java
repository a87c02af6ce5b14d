package dev.lish.serve;

import dev.lish.model.ContentHash;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.Version;
import dev.lish.snapshot.ResourceSet;

/** The {@code version_info} of state of the world: what a client that reports it has. */
final class SotwVersion {
  private SotwVersion() {}

  /**
   * The version of exactly what the stream subscribes to; where a response tells that a name does
   * not exist, of those names too.
   */
  static Version of(TypeStream stream, ResourceSet set, int epoch, Shared shared) {
    ContentHash hash = shared.part(set, stream.subscription).hash();
    // An empty layer is sent for a missing one, and clusters or listeners that are missing in a
    // response do not exist: the client knows of both.
    if (stream.type == ResourceType.RUNTIME
        || (Subscription.wholeSet(stream.type) && !stream.subscription.wildcard())) {
      for (String name : stream.subscription.names()) {
        hash = set.get(name).isEmpty() ? hash.plus(Absent.layer(name).hash()) : hash;
      }
    }
    // What it was not sent, or has rejected, the client must not report as had.
    if (!stream.rejected.isEmpty() || !stream.todo.isEmpty()) {
      for (String name : stream.subscription.names()) {
        Resource resource = set.get(name).orElse(null);
        if (resource != null && (stream.todo.containsKey(name) || stream.refuses(resource))) {
          hash = hash.minus(resource.hash());
        }
      }
    }
    return Version.of(hash, epoch);
  }
}
