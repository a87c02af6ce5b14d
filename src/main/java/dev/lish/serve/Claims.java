package dev.lish.serve;

import dev.lish.model.ResourceType;
import dev.lish.model.Version;
import dev.lish.serve.TypeStream.Todo;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.Snapshot;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a client says in its first request that it has of one type, from a stream before.
 *
 * @param resources delta: name to version
 * @param version SotW: of all that it subscribes to; empty: it has nothing
 */
record Claims(Map<String, String> resources, String version) {
  static final Claims NONE = new Claims(Map.of(), "");

  static Claims of(Request first, boolean delta) {
    Map<String, String> resources = delta ? first.initial() : Map.of();
    return resources.isEmpty() && first.version().isEmpty()
        ? NONE
        : new Claims(resources, first.version());
  }

  boolean isEmpty() {
    return resources.isEmpty() && version.isEmpty();
  }

  /** Works out what the client has, when there is a snapshot to compare with. */
  void resolve(TypeStream stream, Snapshot snapshot, Shared shared) {
    ResourceSet target = snapshot.set(stream.type);
    // Assignments are sent once on each new stream, whatever the client has: a cluster that was
    // warming when the last stream broke waits for one (envoy#13009).
    boolean mayKnow = stream.type != ResourceType.ENDPOINT;
    if (mayKnow && !resources.isEmpty()) {
      resolveResources(stream, snapshot, target);
    } else if (mayKnow && !stream.delta && !version.isEmpty()) {
      resolveVersion(stream, snapshot, shared);
    } else {
      resolveFresh(stream, target);
    }
  }

  private static void resolveFresh(TypeStream stream, ResourceSet target) {
    stream.answerDue |=
        stream.subscription.wildcard() || (!stream.delta && Subscription.wholeSet(stream.type));
    for (String name : stream.subscription.names()) {
      if (target.get(name).isEmpty()) {
        stream.attend(name, Todo.ANSWER);
      }
    }
  }

  private void resolveVersion(TypeStream stream, Snapshot snapshot, Shared shared) {
    ResourceSet target = snapshot.set(stream.type);
    // "Servers may decide to optimize by not resending resources that the client had already seen
    // on the previous stream, but only if they know that the client is not subscribing to a new
    // resource": the version is a hash over exactly the names subscribed to.
    if (version.equals(SotwVersion.of(stream, target, snapshot.epoch(), shared).value())) {
      stream.base = target;
      return;
    }
    Optional<ResourceSet> known =
        stream.subscription.wildcard()
            ? shared.known(version, target, snapshot.epoch())
            : Optional.empty();
    if (known.isPresent()) {
      stream.base = known.get();
      // Nothing is known of its routes, so what the old listeners use is not known either.
      stream.unsure = true;
      // A version of an earlier epoch: of what came after it and was rejected, some may be in
      // force.
      stream.whole |= !version.equals(Version.of(stream.base.hash(), snapshot.epoch()).value());
    } else {
      stream.unsure = true;
      resolveFresh(stream, target);
    }
  }

  /**
   * "Incremental xDS client may tell the server of its known resources to avoid resending them."
   */
  private void resolveResources(TypeStream stream, Snapshot snapshot, ResourceSet target) {
    Subscription subscription = stream.subscription;
    stream.base = target;
    Set<String> wanted = new HashSet<>(subscription.names());
    if (subscription.wildcard()) {
      wanted.addAll(target.byName().keySet());
    }
    for (String name : wanted) {
      String claim = resources.getOrDefault(name, "");
      Optional<String> current =
          target
              .get(name)
              .or(() -> Turn.standIn(stream.type, name))
              .map(r -> Encoder.version(r, snapshot.epoch()));
      if (current.isEmpty() || !current.get().equals(claim)) {
        boolean gone = current.isEmpty() && !claim.isEmpty();
        stream.unsure |= !claim.isEmpty();
        stream.attend(name, gone ? Todo.GONE : Todo.ANSWER);
      }
    }
    for (String name : resources.keySet()) {
      if (!wanted.contains(name) && subscription.covers(name)) {
        stream.unsure = true;
        stream.attend(name, Todo.GONE);
      }
    }
  }
}
