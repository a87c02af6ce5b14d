package dev.lish.serve;

import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.Snapshot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Listeners that an Envoy was told to replace: their connections live on with the old routes for
 * Envoy's drain time, so the clusters of those must stay as long.
 */
final class Drains {
  /** More replaced listeners than this at once are taken for "any": a bound on memory. */
  private static final int MOST = 32;

  private final long drain;
  private final Mentions mentions;
  private final Deque<Drain> drains = new ArrayDeque<>(0);
  private long anyUntil = Long.MIN_VALUE;

  Drains(long drain, Mentions mentions) {
    this.drain = drain;
    this.mentions = mentions;
  }

  /**
   * Listeners that drain until then.
   *
   * @param all true: it is not known which clusters they use
   */
  private record Drain(List<Resource> listeners, List<Resource> routes, boolean all, long until) {}

  /** A response that replaces listeners was answered. */
  void answered(Draft draft, ResourceSet routes, long now) {
    if (draft.replaced().isEmpty() && !draft.unsure()) {
      return;
    }
    List<Resource> used = new ArrayList<>();
    for (Resource route : routes.byName().values()) {
      if (draft.replaced().stream().anyMatch(l -> mentions.in(l, route.name()))) {
        used.add(route);
      }
    }
    drains.addLast(new Drain(draft.replaced(), used, draft.unsure(), now + drain));
    if (drains.size() > MOST) {
      Drain oldest = drains.removeFirst();
      anyUntil = Math.max(anyUntil, oldest.until);
    }
  }

  /** Until when the cluster may still be used by connections of a replaced listener. */
  long until(String cluster, Snapshot snapshot, long now) {
    while (!drains.isEmpty() && drains.peekFirst().until <= now) {
      drains.removeFirst();
    }
    long until = anyUntil;
    for (Drain d : drains) {
      if (d.until > until && uses(d, cluster, snapshot)) {
        until = d.until;
      }
    }
    return until;
  }

  private boolean uses(Drain d, String cluster, Snapshot snapshot) {
    if (d.all || d.listeners.stream().anyMatch(l -> mentions.in(l, cluster))) {
      return true;
    }
    // Old and new listeners share a route configuration that still exists: then the old
    // connections follow the new routes too.
    ResourceSet routes = snapshot.set(ResourceType.ROUTE);
    return d.routes.stream()
        .anyMatch(r -> routes.get(r.name()).isEmpty() && mentions.in(r, cluster));
  }
}
