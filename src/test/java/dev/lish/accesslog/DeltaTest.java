package dev.lish.accesslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DeltaTest {
  private static final Scope SCOPE = new Scope("edge-a", Origin.UNKNOWN);

  private final Delta delta = new Delta(20, 60);

  private static Entry entry(String cluster) {
    byte[] bytes = cluster.getBytes(UTF_8);
    Entry entry = new Entry();
    entry.start(bytes, 0, bytes.length, false);
    entry.clusterTo = bytes.length;
    entry.status = 200;
    return entry;
  }

  private Map<String, Integer> fold() {
    Map<String, Integer> seen = new TreeMap<>();
    delta.fold(
        (scope, cluster) ->
            seen.merge(
                cluster.cluster.toStringUtf8(),
                cluster.counts.counts[Counts.REQUESTS],
                Integer::sum));
    return seen;
  }

  @Test
  void clustersAboveTheLimitShareOne() {
    Delta.Adder adder = delta.of(SCOPE);
    for (int i = 0; i < 100; i++) {
      adder.add(entry("c" + i));
    }
    assertThat(fold()).hasSize(21).containsEntry("other", 80).containsEntry("c19", 1);
    assertThat(fold()).isEmpty();
  }

  @Test
  void clusterThatIsNotSeenForLongGivesItsPlaceToAnother() {
    Delta.Adder adder = delta.of(SCOPE);
    for (int i = 0; i < 20; i++) {
      adder.add(entry("c" + i));
    }
    for (int i = 0; i < 130; i++) {
      delta.of(SCOPE).add(entry("c0"));
      fold();
    }
    for (int i = 0; i < 19; i++) {
      delta.of(SCOPE).add(entry("d" + i));
    }
    assertThat(fold()).hasSize(19).doesNotContainKey("other");
  }

  @Test
  void scopesThatAreNotSeenForLongAreForgotten() {
    List<Scope> scopes = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      scopes.add(new Scope("n" + i, Origin.UNKNOWN));
      delta.of(scopes.get(i)).add(entry("c"));
    }
    for (int i = 0; i < 130; i++) {
      fold();
    }
    for (int i = 0; i < 20; i++) {
      delta.of(scopes.get(i)).add(entry("d" + i));
    }
    assertThat(fold()).hasSize(20).doesNotContainKey("other");
  }

  @Test
  void aThreadMaySpendItsShareAndNoMore() {
    Share share = new Share(50);
    assertThat(share.allows(1_000)).isTrue();
    share.spent(124_000_000);
    assertThat(share.allows(125_000_000)).isTrue();
    share.spent(2_000_000);
    assertThat(share.allows(130_000_000)).isFalse();
    assertThat(share.allows(250_001_000)).isTrue();
    assertThat(new Share(0).allows(5)).isFalse();
  }
}
