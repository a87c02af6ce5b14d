package dev.lish.serve;

import dev.lish.model.ResourceType;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one stream sends, in which order: make before break. Pure; times are microseconds.
 *
 * <p>"CDS updates (if any) must always be pushed first. EDS updates (if any) must arrive after CDS
 * updates for the respective clusters. LDS updates must arrive after corresponding CDS/EDS updates.
 * RDS updates related to the newly added listeners must arrive after CDS/EDS/LDS updates. Stale CDS
 * clusters and related EDS endpoints (ones no longer being referenced) can then be removed."
 */
final class Sequencer {
  private static final List<ResourceType> TYPES = List.of(ResourceType.values());

  /** Of a refused or unanswered response of one of these, the removals have to wait. */
  private static final List<ResourceType> CHAIN =
      List.of(
          ResourceType.CLUSTER, ResourceType.ENDPOINT, ResourceType.LISTENER, ResourceType.ROUTE);

  /** What others may still refer to: taken away last. */
  private static final List<ResourceType> TRAILING =
      List.of(ResourceType.CLUSTER, ResourceType.EXTENSION, ResourceType.SECRET);

  private final StreamKind kind;
  private final Waits waits;
  private final Shared shared;
  private final long openedAt;
  private final Map<ResourceType, TypeStream> streams = new EnumMap<>(ResourceType.class);
  private final Removals removals;
  private final Awaited awaited;

  private long nonces;

  /**
   * The client has accepted all of this but perhaps of its assignments, nothing is to be removed or
   * waited for, and that stays so until a request comes or another type changes. Nearly always so:
   * then a change of assignments costs a look at these alone.
   */
  private @Nullable Snapshot settled;

  /** Routes that the client had when listeners were last sent to it. */
  private ResourceSet routesBefore = ResourceSet.empty(ResourceType.ROUTE);

  Sequencer(StreamKind kind, Waits waits, Shared shared, long openedAt) {
    this.kind = kind;
    this.waits = waits;
    this.shared = shared;
    this.openedAt = openedAt;
    removals = new Removals(kind, waits, shared, openedAt);
    awaited = new Awaited(waits.ack(), shared.clusterNames());
  }

  /** What the stream has of this type; empty: it never asked for it. */
  Optional<TypeStream> stream(ResourceType type) {
    return Optional.ofNullable(streams.get(type));
  }

  /** True when the client has accepted everything that there is of this type. */
  boolean synced(TypeStream stream, Snapshot snapshot) {
    return stream.synced(snapshot, shared);
  }

  /** Takes in a request. */
  Reply request(ResourceType type, Request request, long now) {
    TypeStream stream = streams.get(type);
    if (stream == null) {
      stream = new TypeStream(type, kind.delta());
      streams.put(type, stream);
    }
    if (type != ResourceType.ENDPOINT) {
      settled = null;
    }
    Reply reply = stream.request(request);
    if (type == ResourceType.LISTENER) {
      reply.about().ifPresent(about -> removals.answered(about.draft(), routesBefore, now));
    }
    return reply;
  }

  /**
   * A response that goes out now.
   *
   * @param nonce never the same twice on a stream
   */
  record Outgoing(Payload payload, long nonce) {}

  /** True when only assignments can be lacking for this snapshot, and nothing waits for them. */
  @SuppressWarnings("ReferenceEquality") // an equal one is worth a second look
  boolean settled(Snapshot snapshot) {
    Snapshot last = settled;
    return last != null && (last == snapshot || last.differsInEndpoints(snapshot));
  }

  /** What the client was last told of may be no part of the next snapshot's group. */
  void unsettle() {
    settled = null;
  }

  /** The next response, if anything may go now; to be called until it is empty. */
  Optional<Outgoing> next(Snapshot snapshot, long now) {
    if (settled(snapshot)) {
      settled = snapshot;
      TypeStream endpoints = endpoints();
      return endpoints == null || endpoints.waits() || endpoints.idle(snapshot)
          ? Optional.empty()
          : assignments(endpoints, snapshot, now);
    }
    removals.begin(snapshot);
    Optional<Outgoing> next = search(snapshot, now);
    settled = next.isEmpty() && settles(snapshot, now) ? snapshot : null;
    return next;
  }

  private Optional<Outgoing> assignments(TypeStream stream, Snapshot snapshot, long now) {
    Optional<Draft> same = Turn.likeTheLast(stream, snapshot, shared);
    return same.isPresent()
        ? Optional.of(goes(stream, same.get(), snapshot, now))
        : take(stream, snapshot, gate(snapshot, now), now);
  }

  private boolean settles(Snapshot snapshot, long now) {
    if (!awaited.isEmpty() || removals.trail() || !introduced(now)) {
      return false;
    }
    for (TypeStream stream : streams.values()) {
      if (stream.type != ResourceType.ENDPOINT
          && !(stream.todo.isEmpty() && stream.synced(snapshot, shared))) {
        return false;
      }
    }
    return true;
  }

  private Optional<Outgoing> search(Snapshot snapshot, long now) {
    Gate gate = gate(snapshot, now);
    for (ResourceType type : TYPES) {
      TypeStream stream = streams.get(type);
      // At most one unanswered response per type: what changes meanwhile is sent as one.
      if (stream != null
          && (!stream.waits() || overtakes(type, now))
          && mayAdd(type, snapshot, now)) {
        Optional<Outgoing> next = take(stream, snapshot, gate, now);
        if (next.isPresent()) {
          return next;
        }
      }
    }
    return mayRemoveAny(now) ? nextRemoval(snapshot, gate, now) : Optional.empty();
  }

  private Optional<Outgoing> nextRemoval(Snapshot snapshot, Gate gate, long now) {
    for (ResourceType type : TRAILING) {
      TypeStream stream = streams.get(type);
      if (stream != null && !stream.waits()) {
        Predicate<String> may = removals.may(stream, snapshot, brought(), now);
        Optional<Outgoing> next = take(stream, snapshot, gate.removing(may), now);
        if (next.isPresent()) {
          return next;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Outgoing> take(TypeStream stream, Snapshot snapshot, Gate gate, long now) {
    Optional<Draft> taken = Turn.take(stream, snapshot, gate, shared);
    return taken.isPresent()
        ? Optional.of(goes(stream, taken.get(), snapshot, now))
        : Optional.empty();
  }

  private Outgoing goes(TypeStream stream, Draft draft, Snapshot snapshot, long now) {
    stream.sent(draft, ++nonces, now, snapshot);
    switch (stream.type) {
      case CLUSTER -> clustersSent(draft, now);
      case LISTENER -> routesBefore = base(ResourceType.ROUTE);
      default -> {}
    }
    return new Outgoing(draft.payload(), nonces);
  }

  /**
   * Envoy accepts clusters only when all are warm (it pauses CDS meanwhile). One that waits for an
   * assignment for ever must not keep it from all clusters to come, so these go without the answer.
   */
  private boolean overtakes(ResourceType type, long now) {
    TypeStream stream = streams.get(type);
    return type == ResourceType.CLUSTER
        && kind.ads()
        && stream != null
        && stream.overdue(now, waits.ack());
  }

  /** A cluster that the client got lately and that was never warm: nothing can have used it. */
  private boolean stuck(String name, long now) {
    TypeStream clusters = streams.get(ResourceType.CLUSTER);
    TypeStream endpoints = endpoints();
    return overtakes(ResourceType.CLUSTER, now)
        && clusters != null
        && clusters.unproven(name)
        && clusters
            .base
            .get(name)
            .flatMap(shared.clusterNames()::of)
            .filter(eds -> endpoints == null || !endpoints.answered(eds))
            .isPresent();
  }

  private ResourceSet base(ResourceType type) {
    TypeStream stream = streams.get(type);
    return stream == null ? ResourceSet.empty(type) : stream.base;
  }

  /**
   * "Warming of Cluster is completed only when a new ClusterLoadAssignment response is supplied by
   * management server even though there is no change in endpoints." That one must not wait for the
   * answer to the clusters: Envoy accepts clusters only when they are warm (it pauses CDS
   * meanwhile).
   */
  private void clustersSent(Draft draft, long now) {
    Set<String> names = shared.clusterNames().of(draft.changed(), base(ResourceType.CLUSTER));
    if (!kind.ads() || names.isEmpty()) {
      return;
    }
    TypeStream endpoints = endpoints();
    if (endpoints != null) {
      endpoints.again(names);
    }
    awaited.add(names, now);
  }

  private boolean mayAdd(ResourceType type, Snapshot snapshot, long now) {
    if (!kind.ads()) {
      return true;
    }
    return switch (type) {
      case RUNTIME, SECRET, CLUSTER, ENDPOINT, EXTENSION -> true;
      case LISTENER -> clustersSettled(snapshot, now) && assigned(now);
      case ROUTE ->
          clustersSettled(snapshot, now) && assigned(now) && settled(ResourceType.LISTENER, now);
    };
  }

  /**
   * What overtakes a stuck cluster cannot be answered before it: that wait is over once all
   * clusters are sent. That the new ones are warm is told by the answers for their assignments.
   */
  private boolean clustersSettled(Snapshot snapshot, long now) {
    TypeStream stream = streams.get(ResourceType.CLUSTER);
    return settled(ResourceType.CLUSTER, now)
        || (stream != null
            && stream.overtook()
            && shared
                .difference(stream.base, snapshot.set(ResourceType.CLUSTER))
                .changed()
                .isEmpty());
  }

  /** Answered, never asked for, or waited for long enough. */
  private boolean settled(ResourceType type, long now) {
    TypeStream stream = streams.get(type);
    return stream == null
        || stream.inFlight().isEmpty()
        || now - stream.inFlight().get().sentAt() >= waits.ack();
  }

  /** Clusters added or changed have their assignments; those that took too long do not count. */
  private boolean assigned(long now) {
    return awaited.came(base(ResourceType.CLUSTER), endpoints(), now);
  }

  /** Everything that others may have to go to first was accepted. */
  private boolean mayRemoveAny(long now) {
    if (!kind.ads()) {
      return true;
    }
    for (ResourceType type : CHAIN) {
      TypeStream stream = streams.get(type);
      if (stream != null && !stream.clean()) {
        return false;
      }
    }
    return awaited.allCame(base(ResourceType.CLUSTER), endpoints()) && introduced(now);
  }

  /** A client that had something before must get a chance to ask for its listeners and routes. */
  private boolean introduced(long now) {
    return now - openedAt >= waits.first()
        || !brought()
        || (streams.containsKey(ResourceType.LISTENER) && streams.containsKey(ResourceType.ROUTE));
  }

  private boolean brought() {
    TypeStream clusters = streams.get(ResourceType.CLUSTER);
    return clusters != null && clusters.brought();
  }

  /** What the stream has of assignments; null: it never asked for any. */
  @Nullable TypeStream endpoints() {
    return streams.get(ResourceType.ENDPOINT);
  }

  private Gate gate(Snapshot snapshot, long now) {
    // The clusters of separate streams come on another stream. On an aggregated one Envoy does not
    // ask for clusters before all that it has are warm.
    boolean here = kind.ads() && streams.containsKey(ResourceType.CLUSTER);
    Predicate<String> wanted = name -> uses(snapshot.set(ResourceType.CLUSTER), name);
    Predicate<String> had = here ? name -> uses(base(ResourceType.CLUSTER), name) : wanted;
    // In state of the world an empty assignment takes the hosts away, so a cluster of an earlier
    // stream that stays only until nothing needs it must not get one. In delta it only ends the
    // warming.
    return new Gate(
        had,
        name -> had.test(name) && (kind.delta() || wanted.test(name) || awaited.has(name)),
        name -> stuck(name, now));
  }

  private boolean uses(ResourceSet clusters, String assignment) {
    return shared.clusterNames().of(clusters).contains(assignment);
  }

  /** Types of which the client never gets what was newest until now. */
  List<ResourceType> skipped(Snapshot before, Snapshot now) {
    if (settled(now)) {
      TypeStream endpoints = endpoints();
      return endpoints != null && endpoints.skips(before, now)
          ? List.of(ResourceType.ENDPOINT)
          : List.of();
    }
    List<ResourceType> skipped = List.of();
    for (TypeStream stream : streams.values()) {
      if (stream.skips(before, now)) {
        skipped = skipped.isEmpty() ? new ArrayList<>() : skipped;
        skipped.add(stream.type);
      }
    }
    return skipped;
  }

  /** A type that has waited that long for an answer, and not for a cluster to be warm. */
  Optional<ResourceType> silent(long now, long wait) {
    for (TypeStream stream : streams.values()) {
      boolean warming = kind.ads() && stream.type == ResourceType.CLUSTER;
      if (!warming && stream.silent(now, wait)) {
        return Optional.of(stream.type);
      }
    }
    return Optional.empty();
  }

  /** How many assignments listeners and routes, or removals, wait for. */
  int waitsFor() {
    return awaited.size();
  }

  /** Types that the client has asked for. */
  Set<ResourceType> types() {
    return streams.keySet();
  }

  /** Types whose answer has become overdue since the last call. */
  List<ResourceType> overdue(long now) {
    return streams.values().stream()
        .filter(stream -> stream.ranOut(now, waits.ack()))
        .map(stream -> stream.type)
        .toList();
  }

  /** When to call {@link #next} again though nothing happened; the largest number: never. */
  long wakeAt(Snapshot snapshot, long now) {
    long wake = Long.MAX_VALUE;
    if (settled(snapshot)) {
      TypeStream endpoints = endpoints();
      return endpoints == null ? wake : endpoints.overdueAt(waits.ack(), now);
    }
    for (TypeStream stream : streams.values()) {
      if (stream.inFlight().isPresent()) {
        wake = later(wake, stream.inFlight().get().sentAt() + waits.ack(), now);
      }
    }
    wake = Math.min(wake, awaited.wakeAt(now));
    wake = later(wake, openedAt + waits.first(), now);
    for (ResourceType type : TRAILING) {
      TypeStream stream = streams.get(type);
      if (stream != null) {
        wake = Math.min(wake, removals.wakeAt(stream, snapshot, brought(), now));
      }
    }
    return wake;
  }

  static long later(long wake, long time, long now) {
    return time > now ? Math.min(wake, time) : wake;
  }
}
