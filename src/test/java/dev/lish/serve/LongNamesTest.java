package dev.lish.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.snapshot.ResourceSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is remembered of names that clients make up is bounded by their bytes. */
class LongNamesTest {
  private static String name(int number) {
    return number + "x".repeat(1 << 20);
  }

  @Test
  void longNamesOfMissingLayersAreForgotten() {
    Resource first = Absent.layer(name(0));
    assertThat(Absent.layer(name(0))).isSameAs(first);
    for (int i = 1; i < 8; i++) {
      Absent.layer(name(i));
    }
    assertThat(Absent.layer(name(0))).isEqualTo(first).isNotSameAs(first);
  }

  @Test
  void namesThatOneStreamAskedForAreForgotten() {
    Shared shared = new Shared(XdsMeter.NONE);
    ResourceSet set = Mesh.small().snapshot().set(ResourceType.ROUTE);
    Subscription one = new Subscription(ResourceType.ROUTE);
    one.sotw(List.of("main", name(0)));
    Shared.Part first = shared.part(set, one);
    assertThat(first.resources()).hasSize(1);
    assertThat(shared.part(set, one)).isSameAs(first);
    for (int i = 1; i < 40; i++) {
      Subscription other = new Subscription(ResourceType.ROUTE);
      other.sotw(List.of("main", name(i)));
      shared.part(set, other);
    }
    assertThat(shared.part(set, one)).isEqualTo(first).isNotSameAs(first);
  }
}
