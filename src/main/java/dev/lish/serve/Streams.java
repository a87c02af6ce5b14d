package dev.lish.serve;

import dev.lish.model.Node;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.model.Version;
import dev.lish.snapshot.Assignment;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.Snapshot;
import io.netty.channel.EventLoop;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * All streams, and what they share. A publication is one volatile write and one task per event
 * loop; the streams of a loop then pull from it.
 */
final class Streams {
  /** An Envoy has one for each type at most, and perhaps those that it has just left. */
  private static final int STREAMS_OF_A_NODE = 2 * ResourceType.values().length;

  final XdsLimits limits;
  final Waits waits;
  final Consumer<StreamEvent> events;
  final XdsMeter meter;
  final boolean secretsInCleartext;
  final Shared shared;
  private final Clock clock;
  private final Map<EventLoop, Loop> loops = new ConcurrentHashMap<>();
  private final Map<SnapshotKey, Progress> progress = new ConcurrentHashMap<>();
  private final Map<String, Set<AdsStream>> byNode = new ConcurrentHashMap<>();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicLong ids = new AtomicLong();
  private final Pace pace;
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private volatile Published published = Published.NOTHING;
  private volatile Found lastFound =
      new Found(Published.NOTHING, Optional.empty(), Optional.empty());
  private volatile boolean draining;

  Streams(
      XdsLimits limits,
      boolean secretsInCleartext,
      Clock clock,
      Consumer<StreamEvent> events,
      XdsMeter meter) {
    this.limits = limits;
    this.secretsInCleartext = secretsInCleartext;
    this.clock = clock;
    this.events = events;
    this.meter = meter;
    waits = Waits.of(limits);
    shared = new Shared(meter);
    pace = new Pace(limits.streamsPerSecond());
  }

  /** Microseconds since the epoch. */
  long now() {
    return micros(clock.instant());
  }

  private static long micros(Instant time) {
    return time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
  }

  static Instant instant(long micros) {
    return Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1_000);
  }

  Published published() {
    return published;
  }

  /** What is published under a key, remembered by identity. */
  private record Found(
      Published published, Optional<SnapshotKey> key, Optional<Snapshot> snapshot) {}

  /**
   * The snapshot of this key.
   *
   * @param key the instance that {@link Progress} has: the streams of a group ask one after the
   *     other, and need not look it up by content
   */
  @SuppressWarnings("ReferenceEquality") // others are looked up by content
  Optional<Snapshot> snapshot(Published from, SnapshotKey key) {
    Found last = lastFound;
    if (last.published == from && last.key.isPresent() && last.key.get() == key) {
      return last.snapshot;
    }
    Optional<Snapshot> found = from.assignment().snapshot(key);
    lastFound = new Found(from, Optional.of(key), found);
    return found;
  }

  /** From one thread only. */
  @SuppressWarnings("ReferenceEquality") // an unchanged snapshot is the same instance
  void publish(Assignment assignment, Instant since) {
    Published before = published;
    for (Map.Entry<SnapshotKey, Snapshot> entry : assignment.snapshots().entrySet()) {
      Snapshot last = before.assignment().snapshots().get(entry.getKey());
      if (last != entry.getValue()) {
        shared.remember(entry.getValue());
        shared.follows(Optional.ofNullable(last), entry.getValue(), now());
      }
    }
    published = before.next(assignment, now(), micros(since));
    loops.values().forEach(Loop::wake);
  }

  /** An earlier process, or this one, sent this set under this version. */
  void remember(Version version, ResourceSet set) {
    shared.remember(version, set);
  }

  void keep(BiConsumer<Version, ResourceSet> keeper) {
    shared.keep(keeper);
  }

  Progress progress(SnapshotKey key) {
    return progress.computeIfAbsent(key, k -> new Progress(k, events));
  }

  /** Why a new stream is not welcome; empty: it is. */
  String refusal() {
    if (draining) {
      return "draining";
    }
    return open.get() >= limits.streams() ? "streams" : "";
  }

  /** Since when a stream opened now may be answered. */
  long admit(long now) {
    long turn = pace.next(now, open.get());
    if (turn > now) {
      meter.delayed();
    }
    return turn;
  }

  /** Until when a stream opened now may last. */
  long ends(long now) {
    long age = limits.lifetimes().age().toNanos() / 1_000;
    return age == 0
        ? Long.MAX_VALUE
        : now + age - (long) (age / 4.0 * ThreadLocalRandom.current().nextDouble());
  }

  /** How many streams lack something of each type. */
  Map<ResourceType, Integer> behind() {
    Map<ResourceType, Integer> behind = new EnumMap<>(ResourceType.class);
    for (ResourceType type : ResourceType.values()) {
      behind.put(type, 0);
    }
    Map<SnapshotKey, Snapshot> snapshots = published.assignment().snapshots();
    for (Progress group : progress.values()) {
      Snapshot snapshot = snapshots.get(group.key());
      if (snapshot != null) {
        behind.replaceAll(
            (type, n) -> n + group.lacking(type, snapshot.set(type).hash(), snapshot.epoch()));
      }
    }
    return behind;
  }

  long nextId() {
    return ids.incrementAndGet();
  }

  void add(AdsStream stream) {
    open.incrementAndGet();
    meter.opened(stream.kind());
    stream.loop().add(stream);
    if (draining) {
      stream.end();
    }
  }

  void remove(AdsStream stream) {
    stream.loop().remove(stream);
    meter.closed(stream.kind());
    if (open.decrementAndGet() == 0 && draining) {
      drained.complete(null);
    }
  }

  void introduced(AdsStream stream, Node node) {
    byNode.compute(
        node.id(),
        (id, known) -> {
          Set<AdsStream> all = known == null ? ConcurrentHashMap.newKeySet() : known;
          all.add(stream);
          return all;
        });
  }

  void gone(AdsStream stream, Node node) {
    byNode.computeIfPresent(
        node.id(),
        (id, all) -> {
          all.remove(stream);
          return all.isEmpty() ? null : all;
        });
  }

  /** What this node has accepted; nothing when more share its id than it could have streams. */
  Accepted accepted(String node) {
    Set<AdsStream> all = byNode.get(node);
    if (all == null || all.size() > STREAMS_OF_A_NODE) {
      return Accepted.NOTHING;
    }
    Iterator<AdsStream> each = all.iterator();
    AdsStream one = each.hasNext() ? each.next() : null;
    if (one != null && !each.hasNext()) {
      // The usual case, met for each message of access logs: nothing is copied.
      return one.accepted();
    }
    List<AdsStream> streams = new ArrayList<>(all);
    streams.sort(Comparator.comparingLong(AdsStream::openedAt));
    return Accepted.of(streams.stream().map(AdsStream::accepted).toList());
  }

  Loop loop(EventLoop eventLoop) {
    return loops.computeIfAbsent(eventLoop, loop -> new Loop(loop, this));
  }

  int open() {
    return open.get();
  }

  List<NodeView> nodes() {
    List<NodeView> views = new ArrayList<>();
    byNode.values().forEach(all -> all.forEach(s -> s.view().ifPresent(views::add)));
    return views;
  }

  /** Ends all streams; complete when they have ended, or when the time is up. */
  CompletableFuture<Void> drain(long millis) {
    draining = true;
    loops.values().forEach(Loop::end);
    if (open.get() == 0) {
      drained.complete(null);
    }
    return drained.completeOnTimeout(null, millis, TimeUnit.MILLISECONDS);
  }
}
