package dev.lish.source.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.model.Revision;
import dev.lish.source.Cell;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Instance;
import dev.lish.source.MeshFolder;
import dev.lish.source.Registry;
import dev.lish.source.RegistryContract;
import dev.lish.source.Source;
import dev.lish.source.SourceState;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FolderRegistryTest extends RegistryContract {
  private static final DiscoveryQuery QUERY = DiscoveryQuery.parse("local:a");
  private static final String ONE = "services: {a: ['127.0.0.1:9001']}";

  private final Cell<MeshFolder> cell = new Cell<>(Clock.systemUTC());
  private final FilledFile file = new FilledFile();
  private int revision;
  private static final MeshFolder EMPTY = new MeshFolder(Revision.NONE, new TreeMap<>());

  private final FolderRegistry registry =
      new FolderRegistry("local", EMPTY, source(), Clock.systemUTC());

  FolderRegistryTest() {
    commit(file.text());
  }

  @Override
  protected Registry registry() {
    return registry;
  }

  @Override
  protected void fill(String service, List<Filled> instances) {
    commit(file.fill(service, instances));
  }

  @Override
  protected void breakOff() {
    cell.fail("Central Dogma is down");
  }

  @Override
  protected void mend() {
    commit(file.text());
  }

  @Test
  void brokenRevisionKeepsTheNewestValidOne() {
    Source<List<Instance>> source = registry.instances(QUERY);
    commit(ONE);
    commit("services: {a: ['127.0.0.1:9001', nonsense]}");
    assertThat(ports(source)).containsExactly(9001);
    assertThat(source.state()).isInstanceOf(SourceState.Stale.class);
    assertThat(source.state().cause()).contains("registries/local.yaml:1", "nonsense");
    assertThat(registry.problems()).hasSize(1);
    commit("services: {a: ['127.0.0.1:9003']}");
    assertThat(ports(source)).containsExactly(9003);
    assertThat(source.state()).isInstanceOf(SourceState.Current.class);
    assertThat(registry.problems()).isEmpty();
  }

  @Test
  void revisionWithoutTheFileKeepsWhatWas() {
    commit(ONE);
    cell.set(new MeshFolder(new Revision(99), new TreeMap<>()));
    Source<List<Instance>> source = registry.instances(QUERY);
    assertThat(ports(source)).containsExactly(9001);
    assertThat(source.state().cause()).isEqualTo("registries/local.yaml is not in revision 99");
  }

  @Test
  void namesAreThoseOfTheFilesRightInTheFolder() {
    TreeMap<String, ByteString> files = new TreeMap<>();
    for (String path :
        List.of(
            "registries/a.yaml",
            "registries/b.yml",
            "registries/README.md",
            "registries/deep/c.yaml",
            "registries.yaml",
            "registries/.yaml",
            "values/d.yaml")) {
      files.put(path, ByteString.EMPTY);
    }
    assertThat(FolderRegistry.namesIn(new MeshFolder(new Revision(1), files)))
        .isEqualTo(Map.of("a", "registries/a.yaml", "b", "registries/b.yml"));
  }

  private void commit(String text) {
    revision++;
    cell.set(
        new MeshFolder(
            new Revision(revision),
            new TreeMap<>(Map.of("registries/local.yaml", ByteString.copyFromUtf8(text)))));
  }

  private static List<Integer> ports(Source<List<Instance>> source) {
    return source.state().last().orElseThrow().stream().map(Instance::port).toList();
  }

  private Source<MeshFolder> source() {
    return new Source<>() {
      @Override
      public SourceState<MeshFolder> state() {
        return cell.state();
      }

      @Override
      public void watch(Runnable listener) {
        cell.watch(listener);
      }

      @Override
      public void close() {}
    };
  }
}
