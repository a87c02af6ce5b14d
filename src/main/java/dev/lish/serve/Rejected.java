package dev.lish.serve;

import dev.lish.model.ContentHash;
import dev.lish.model.Resource;
import dev.lish.snapshot.ResourceSet;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a client has rejected on one stream; a bound on memory makes it forget the oldest. */
final class Rejected {
  private static final int MOST = 256;

  /** Nearly always empty: then one instance serves all streams. */
  private Set<ContentHash> hashes = Set.of();

  /** Of a type that is sent as a whole: what was rejected last. */
  private @Nullable Refused last;

  /**
   * What a client refused.
   *
   * @param target hash of all that there was of the type
   * @param resources in the rejected responses
   */
  private record Refused(ContentHash target, List<Resource> resources) {}

  void add(ContentHash hash) {
    if (hashes.isEmpty()) {
      hashes = new LinkedHashSet<>(0);
    }
    hashes.add(hash);
    if (hashes.size() > MOST) {
      hashes.remove(hashes.iterator().next());
    }
  }

  boolean isEmpty() {
    return hashes.isEmpty();
  }

  boolean has(ContentHash hash) {
    return hashes.contains(hash);
  }

  /** The client has rejected these, of a target with this hash. */
  void refused(List<Resource> resources, ContentHash target) {
    List<Resource> all = new ArrayList<>(resources);
    if (last != null && last.target.equals(target)) {
      all.addAll(last.resources);
    }
    last = new Refused(target, List.copyOf(all));
  }

  /** True when all of what was rejected last is subscribed to, and nothing has changed since. */
  boolean all(ResourceSet target, Subscription subscription) {
    return last != null
        && last.target.equals(target.hash())
        && last.resources.stream().allMatch(r -> subscription.covers(r.name()));
  }

  /** True when nothing has changed since the last rejection, and it had no part in that. */
  boolean concernsNot(Resource resource, ResourceSet target) {
    return last != null
        && last.target.equals(target.hash())
        && last.resources.stream().noneMatch(r -> r.name().equals(resource.name()));
  }
}
