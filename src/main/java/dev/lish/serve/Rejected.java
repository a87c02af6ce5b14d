package dev.lish.serve;

import dev.lish.model.ContentHash;
import java.util.LinkedHashSet;
import java.util.Set;

/** What a client has rejected on one stream; a bound on memory makes it forget the oldest. */
final class Rejected {
  private static final int MOST = 256;

  private final Set<ContentHash> hashes = new LinkedHashSet<>(0);

  void add(ContentHash hash) {
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
