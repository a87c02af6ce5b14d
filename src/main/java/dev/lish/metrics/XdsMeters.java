package dev.lish.metrics;

import static java.util.Objects.requireNonNull;

import dev.lish.model.ResourceType;
import dev.lish.serve.StreamKind;
import dev.lish.serve.XdsMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What happens on xDS streams, summed up per resource type. Called on event loops: no locks. */
final class XdsMeters implements XdsMeter {
  /** Reasons are a few fixed words; this bounds them should that ever change. */
  private static final int MAX_REASONS = 16;

  private static final Named REFUSED =
      new Named("lish.xds.streams.refused", "xDS streams that were not accepted");
  private static final Named ENDED =
      new Named("lish.xds.streams.ended", "xDS streams that were ended from here");

  private final ResponseSums responses = new ResponseSums();
  private final MeterRegistry registry;
  private final Map<StreamKind, Streams> streams = new HashMap<>();
  private final Map<ResourceType, PerType> types = new EnumMap<>(ResourceType.class);
  private final Map<String, Counter> refused = new ConcurrentHashMap<>();
  private final Map<String, Counter> ended = new ConcurrentHashMap<>();
  private final Counter delayed;
  private final Counter unknown;
  private final Counter withheld;

  private record Named(String name, String description) {}

  private record Streams(AtomicInteger open, Counter opened) {}

  /** All meters of one type. */
  private record PerType(
      Counter nacked,
      Counter stale,
      Counter late,
      Counter encoded,
      Counter encodedBytes,
      Counter coalesced,
      AtomicInteger subscribed) {}

  XdsMeters(PrometheusMeterRegistry registry) {
    this.registry = registry;
    registry.getPrometheusRegistry().register(responses);
    for (boolean delta : new boolean[] {true, false}) {
      for (boolean ads : new boolean[] {true, false}) {
        StreamKind kind = new StreamKind(delta, ads);
        streams.put(kind, streams(kind));
      }
    }
    for (ResourceType type : ResourceType.values()) {
      types.put(type, perType(type));
    }
    count(refused, REFUSED, "other", 0);
    count(ended, ENDED, "other", 0);
    delayed =
        Counter.builder("lish.xds.streams.delayed")
            .description("xDS streams that had to wait for their turn")
            .register(registry);
    unknown =
        Counter.builder("lish.xds.unknown.types")
            .description("Subscriptions to types that Lish does not serve")
            .register(registry);
    withheld =
        Counter.builder("lish.xds.withheld")
            .description("Streams that asked for secrets in cleartext, and were not answered")
            .tag("type", ResourceType.SECRET.label())
            .register(registry);
  }

  private Streams streams(StreamKind kind) {
    Tags tags = Tags.of("protocol", kind.protocol(), "kind", kind.ads() ? "ads" : "separate");
    AtomicInteger open = new AtomicInteger();
    Gauge.builder("lish.xds.streams", open, AtomicInteger::get)
        .description("xDS streams that are open")
        .tags(tags)
        .register(registry);
    return new Streams(
        open,
        Counter.builder("lish.xds.streams.opened")
            .description("xDS streams ever opened")
            .tags(tags)
            .register(registry));
  }

  private PerType perType(ResourceType type) {
    return new PerType(
        counter(type, "lish.xds.nacks", "Responses that Envoys rejected"),
        counter(type, "lish.xds.stale.requests", "Requests ignored: their nonce was outdated"),
        counter(type, "lish.xds.late.answers", "Waits for an answer that ran out"),
        counter(type, "lish.xds.encoded", "Responses encoded anew, not taken from the cache"),
        counter(type, "lish.xds.encoded.bytes", "Bytes of the responses encoded anew"),
        counter(type, "lish.xds.coalesced", "Changes that a newer one overtook on a stream"),
        subscriptions(type));
  }

  private AtomicInteger subscriptions(ResourceType type) {
    AtomicInteger streams = new AtomicInteger();
    Gauge.builder("lish.xds.subscriptions", streams, AtomicInteger::get)
        .description("Streams that subscribe to the type")
        .tag("type", type.label())
        .register(registry);
    return streams;
  }

  private Counter counter(ResourceType type, String name, String description) {
    return Counter.builder(name)
        .description(description)
        .tag("type", type.label())
        .register(registry);
  }

  private PerType of(ResourceType type) {
    return requireNonNull(types.get(type));
  }

  private Streams of(StreamKind kind) {
    return requireNonNull(streams.get(kind));
  }

  @Override
  public void opened(StreamKind kind) {
    of(kind).open().incrementAndGet();
    of(kind).opened().increment();
  }

  @Override
  public void closed(StreamKind kind) {
    of(kind).open().decrementAndGet();
  }

  @Override
  public void refused(String reason) {
    count(refused, REFUSED, reason, 1);
  }

  @Override
  public void ended(String reason) {
    count(ended, ENDED, reason, 1);
  }

  private void count(Map<String, Counter> counters, Named named, String reason, int count) {
    boolean known = counters.containsKey(reason) || counters.size() < MAX_REASONS;
    counters
        .computeIfAbsent(
            known ? reason : "other",
            r ->
                Counter.builder(named.name)
                    .description(named.description)
                    .tag("reason", r)
                    .register(registry))
        .increment(count);
  }

  @Override
  public void delayed() {
    delayed.increment();
  }

  @Override
  public void subscribed(ResourceType type) {
    of(type).subscribed().incrementAndGet();
  }

  @Override
  public void unsubscribed(ResourceType type) {
    of(type).subscribed().decrementAndGet();
  }

  @Override
  public void coalesced(ResourceType type) {
    of(type).coalesced().increment();
  }

  @Override
  public void changeSent(ResourceType type, long micros) {
    responses.took(type, ResponseSums.Time.CHANGE_SENT, micros);
  }

  @Override
  public void changeAcked(ResourceType type, long micros) {
    responses.took(type, ResponseSums.Time.CHANGE_ACKED, micros);
  }

  @Override
  public void sent(ResourceType type, int bytes, int resources, long micros) {
    responses.sent(type, bytes, resources);
    responses.took(type, ResponseSums.Time.PUSH, micros);
  }

  @Override
  public void acked(ResourceType type, long micros) {
    responses.took(type, ResponseSums.Time.ANSWER, micros);
  }

  @Override
  public void nacked(ResourceType type) {
    of(type).nacked().increment();
  }

  @Override
  public void stale(ResourceType type) {
    of(type).stale().increment();
  }

  @Override
  public void late(ResourceType type) {
    of(type).late().increment();
  }

  @Override
  public void unknownType() {
    unknown.increment();
  }

  @Override
  public void withheld(ResourceType type) {
    withheld.increment();
  }

  @Override
  public void encoded(ResourceType type, int bytes) {
    of(type).encoded().increment();
    of(type).encodedBytes().increment(bytes);
  }
}
