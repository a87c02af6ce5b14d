package dev.lish.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ResourceSetTest {
  private static Resource cluster(String name, String body) {
    return Resource.of(ResourceType.CLUSTER, name, ByteString.copyFromUtf8(body), "c.yaml");
  }

  private static ResourceSet set(Resource... resources) {
    return ResourceSet.of(ResourceType.CLUSTER, List.of(resources));
  }

  @Test
  void differencesNameWhatChangedAndWhatIsGone() {
    ResourceSet old = set(cluster("a", "1"), cluster("b", "1"), cluster("c", "1"));
    ResourceSet now = set(cluster("a", "1"), cluster("b", "2"), cluster("d", "1"));
    assertThat(now.since(old).changed().keySet()).containsExactly("b", "d");
    assertThat(now.since(old).removed()).containsExactly("c");
    assertThat(old.since(now).removed()).containsExactly("d");
    assertThat(now.since(set(cluster("a", "1"), cluster("b", "2"), cluster("d", "1"))).isEmpty())
        .isTrue();
  }

  @Test
  void twoResourcesOfOneNameAreRefused() {
    assertThatThrownBy(() -> set(cluster("a", "1"), cluster("a", "2")))
        .hasMessageContaining("one resource of each name");
  }

  @Test
  void theFileDoesNotCount() {
    Resource other =
        Resource.of(ResourceType.CLUSTER, "a", ByteString.copyFromUtf8("1"), "elsewhere.yaml");
    assertThat(set(cluster("a", "1"))).isEqualTo(set(other));
  }

  @Test
  void theHashOfNamesCoversExactlyThem() {
    ResourceSet both = set(cluster("a", "1"), cluster("b", "1"));
    ResourceSet changed = set(cluster("a", "1"), cluster("b", "2"));
    assertThat(both.hash(List.of("a"))).isEqualTo(changed.hash(List.of("a")));
    assertThat(both.hash(List.of("b"))).isNotEqualTo(changed.hash(List.of("b")));
    assertThat(both.hash(List.of("a", "b"))).isEqualTo(both.hash());
    assertThat(both.hash(List.of("a", "missing"))).isEqualTo(both.hash(List.of("a")));
  }

  @Property(tries = 200)
  void changingAStepAtATimeEndsInTheSameSet(
      @ForAll @Size(max = 30) List<@IntRange(max = 5) Integer> names) {
    ResourceSet stepwise = ResourceSet.empty(ResourceType.CLUSTER);
    Map<String, Resource> expected = new java.util.HashMap<>();
    int step = 0;
    for (int name : names) {
      Resource resource = cluster("c" + name, "v" + step++);
      boolean remove = step % 3 == 0;
      stepwise =
          stepwise.with(Map.of(resource.name(), remove ? Optional.empty() : Optional.of(resource)));
      if (remove) {
        expected.remove(resource.name());
      } else {
        expected.put(resource.name(), resource);
      }
    }
    assertThat(stepwise).isEqualTo(ResourceSet.of(ResourceType.CLUSTER, expected.values()));
    assertThat(stepwise.byName()).isEqualTo(expected);
  }
}
