package dev.lish.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.metrics.ResponseSums.Time;
import dev.lish.model.ResourceType;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResponseSumsTest {
  private final ResponseSums sums = new ResponseSums();

  @Test
  void whatThreadsToldIsPutTogether() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread thread =
          new Thread(
              () -> {
                for (int k = 0; k < 1_000; k++) {
                  sums.sent(ResourceType.ENDPOINT, 600, 2);
                  sums.took(ResourceType.ENDPOINT, Time.ANSWER, 1_500);
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(count("lish_xds_responses", "endpoint")).isEqualTo(4_000);
    assertThat(count("lish_xds_response_bytes", "endpoint")).isEqualTo(2_400_000);
    assertThat(count("lish_xds_response_resources", "endpoint")).isEqualTo(8_000);
    assertThat(count("lish_xds_responses", "cluster")).isZero();
    HistogramDataPointSnapshot answers = times("lish_xds_ack_seconds", "endpoint");
    assertThat(answers.getCount()).isEqualTo(4_000);
    assertThat(answers.getSum()).isEqualTo(6.0);
  }

  @Test
  void boundBelongsToItsBucketAndWhatIsBeyondTheLastToTheOpenOne() {
    sums.took(ResourceType.ROUTE, Time.PUSH, 1_000);
    sums.took(ResourceType.ROUTE, Time.PUSH, 1_001);
    sums.took(ResourceType.ROUTE, Time.PUSH, 30_000_001);

    HistogramDataPointSnapshot pushes = times("lish_xds_push_seconds", "route");

    assertThat(pushes.getClassicBuckets().getCount(0)).isEqualTo(1);
    assertThat(pushes.getClassicBuckets().getCount(1)).isEqualTo(1);
    assertThat(pushes.getClassicBuckets().getCount(14)).isEqualTo(1);
    assertThat(pushes.getClassicBuckets().getUpperBound(14)).isInfinite();
  }

  private double count(String name, String type) {
    return ((CounterSnapshot) named(name))
        .getDataPoints().stream()
            .filter(point -> type.equals(point.getLabels().get("type")))
            .mapToDouble(CounterDataPointSnapshot::getValue)
            .sum();
  }

  private HistogramDataPointSnapshot times(String name, String type) {
    return ((HistogramSnapshot) named(name))
        .getDataPoints().stream()
            .filter(point -> type.equals(point.getLabels().get("type")))
            .findFirst()
            .orElseThrow();
  }

  private MetricSnapshot named(String name) {
    return sums.collect().stream()
        .filter(each -> each.getMetadata().getName().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
