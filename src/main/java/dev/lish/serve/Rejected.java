package dev.lish.serve;

import dev.lish.model.ContentHash;
import java.util.LinkedHashSet;
import java.util.Set;

/** What a client has rejected on one stream; a bound on memory makes it forget the oldest. */
final class Rejected {
  private static final int MOST = 256;

  /** Nearly always empty: then one instance serves all streams. */
  private Set<ContentHash> hashes = Set.of();

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
}
