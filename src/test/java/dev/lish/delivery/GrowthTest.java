package dev.lish.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is noticed of a generator gone wrong. */
class GrowthTest {
  private static final SnapshotKey EDGE = new SnapshotKey("release", "edge", new TreeMap<>());

  private static List<String> jumps(int wasCount, long wasKib, int isCount, long isKib) {
    return Growth.jumps(sizes(wasCount, wasKib), sizes(isCount, isKib));
  }

  private static Map<SnapshotKey, Growth.Sizes> sizes(int count, long kib) {
    return Map.of(
        EDGE, new Growth.Sizes(Map.of(ResourceType.CLUSTER, new Growth.Size(count, kib << 10))));
  }

  @Test
  void twiceAndHalfAreToldFromTheLeastSizeOn() {
    assertThat(jumps(50, 1, 100, 2))
        .containsExactly("clusters of release/edge grow from 50 to 100");
    assertThat(jumps(100, 2, 50, 1))
        .containsExactly("clusters of release/edge shrink from 100 to 50");
    assertThat(jumps(49, 1, 98, 2)).isEmpty();
    assertThat(jumps(100, 2, 199, 4)).isEmpty();
    assertThat(jumps(100, 2, 51, 1)).isEmpty();
    assertThat(jumps(100, 2, 0, 0))
        .containsExactly("clusters of release/edge shrink from 100 to 0");
  }

  @Test
  void bytesAloneAreEnough() {
    assertThat(jumps(1, 64, 1, 128))
        .containsExactly("clusters of release/edge grow from 64 to 128 KiB");
    assertThat(jumps(1, 130, 1, 65))
        .containsExactly("clusters of release/edge shrink from 130 to 65 KiB");
    assertThat(jumps(1, 63, 1, 126)).isEmpty();
  }

  @Test
  void theFirstOfATypeAndNewKindsAreNoJump() {
    assertThat(jumps(0, 0, 500, 500)).isEmpty();
    assertThat(Growth.jumps(Map.of(), sizes(500, 500))).isEmpty();
    assertThat(Growth.jumps(sizes(500, 500), Map.of())).isEmpty();
  }
}
