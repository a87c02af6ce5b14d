package dev.lish.metrics;

import dev.lish.model.ResourceType;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Responses and their answers, added up by each thread for itself and put together at a scrape. A
 * change goes to thousands of streams from a few event loops: meters that these share cost several
 * times as much, as every one of them is in another place and is written by all. Threads that tell
 * are to be few, for what they told is kept.
 */
@SuppressWarnings("EnumOrdinal") // places in an array
final class ResponseSums implements MultiCollector {
  private static final long[] BOUNDS_MICROS = {
    1_000,
    2_000,
    5_000,
    10_000,
    20_000,
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    30_000_000
  };
  private static final double[] BOUNDS = bounds();

  /** In a histogram: the sum in microseconds, then each bucket. */
  private static final int TIME_LENGTH = 1 + BOUNDS.length;

  private static final List<ResourceType> TYPES = List.of(ResourceType.values());
  private static final List<Count> COUNTS = List.of(Count.values());
  private static final List<Time> TIMES = List.of(Time.values());
  private static final int TYPE_LENGTH = COUNTS.size() + TIMES.size() * TIME_LENGTH;

  /** What is counted. */
  private enum Count {
    RESPONSES("lish_xds_responses", "Responses sent"),
    BYTES("lish_xds_response_bytes", "Bytes of the responses sent"),
    RESOURCES("lish_xds_response_resources", "Resources and removals in them");

    final String name;
    final String help;

    Count(String name, String help) {
      this.name = name;
      this.help = help;
    }
  }

  /** From when to when. */
  enum Time {
    PUSH("lish_xds_push_seconds", "From the publication of a change to its response"),
    ANSWER("lish_xds_ack_seconds", "From a response to its ACK"),
    CHANGE_SENT("lish_xds_change_sent_seconds", "From a source's change to its response"),
    CHANGE_ACKED("lish_xds_change_acked_seconds", "From a source's change to its ACK");

    final String name;
    final String help;

    Time(String name, String help) {
      this.name = name;
      this.help = help;
    }
  }

  /** Each is written by one thread and read by those that scrape. */
  private final Set<AtomicLongArray> all = ConcurrentHashMap.newKeySet();

  private final ThreadLocal<AtomicLongArray> own = ThreadLocal.withInitial(this::begin);

  private AtomicLongArray begin() {
    AtomicLongArray sums = new AtomicLongArray(TYPES.size() * TYPE_LENGTH);
    all.add(sums);
    return sums;
  }

  /** A response went out, with so many resources and removals. */
  void sent(ResourceType type, int bytes, int resources) {
    AtomicLongArray sums = own.get();
    int at = at(type);
    add(sums, at + Count.RESPONSES.ordinal(), 1);
    add(sums, at + Count.BYTES.ordinal(), bytes);
    add(sums, at + Count.RESOURCES.ordinal(), resources);
  }

  /** Something took so long. */
  void took(ResourceType type, Time time, long micros) {
    AtomicLongArray sums = own.get();
    int at = at(type, time);
    int bucket = 0;
    while (bucket < BOUNDS_MICROS.length && micros > BOUNDS_MICROS[bucket]) {
      bucket++;
    }
    add(sums, at, micros);
    add(sums, at + 1 + bucket, 1);
  }

  /** Only the thread whose sums these are writes, so nothing comes between. */
  private static void add(AtomicLongArray sums, int at, long n) {
    sums.setOpaque(at, sums.getPlain(at) + n);
  }

  private static int at(ResourceType type) {
    return type.ordinal() * TYPE_LENGTH;
  }

  private static int at(ResourceType type, Time time) {
    return at(type) + COUNTS.size() + time.ordinal() * TIME_LENGTH;
  }

  private static double[] bounds() {
    double[] bounds = new double[BOUNDS_MICROS.length + 1];
    for (int i = 0; i < BOUNDS_MICROS.length; i++) {
      bounds[i] = BOUNDS_MICROS[i] / 1e6;
    }
    bounds[BOUNDS_MICROS.length] = Double.POSITIVE_INFINITY;
    return bounds;
  }

  @Override
  public MetricSnapshots collect() {
    long[] total = new long[TYPES.size() * TYPE_LENGTH];
    for (AtomicLongArray sums : all) {
      for (int i = 0; i < total.length; i++) {
        total[i] += sums.getOpaque(i);
      }
    }
    List<MetricSnapshot> snapshots = new ArrayList<>();
    COUNTS.forEach(count -> snapshots.add(counter(count, total)));
    TIMES.forEach(time -> snapshots.add(histogram(time, total)));
    return new MetricSnapshots(snapshots);
  }

  private static CounterSnapshot counter(Count count, long[] total) {
    CounterSnapshot.Builder counter = CounterSnapshot.builder().name(count.name).help(count.help);
    for (ResourceType type : TYPES) {
      counter.dataPoint(
          CounterSnapshot.CounterDataPointSnapshot.builder()
              .labels(Labels.of("type", type.label()))
              .value((double) total[at(type) + count.ordinal()])
              .build());
    }
    return counter.build();
  }

  private static HistogramSnapshot histogram(Time time, long[] total) {
    HistogramSnapshot.Builder histogram =
        HistogramSnapshot.builder().name(time.name).unit(Unit.SECONDS).help(time.help);
    for (ResourceType type : TYPES) {
      int at = at(type, time);
      Number[] buckets = new Number[BOUNDS.length];
      for (int i = 0; i < buckets.length; i++) {
        buckets[i] = total[at + 1 + i];
      }
      histogram.dataPoint(
          HistogramSnapshot.HistogramDataPointSnapshot.builder()
              .labels(Labels.of("type", type.label()))
              .sum(total[at] / 1e6)
              .classicHistogramBuckets(ClassicHistogramBuckets.of(BOUNDS, buckets))
              .build());
    }
    return histogram.build();
  }
}
