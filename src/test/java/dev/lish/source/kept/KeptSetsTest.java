package dev.lish.source.kept;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptSetsTest {
  @TempDir Path folder;
  private KeptFiles files;

  @BeforeEach
  void open() {
    files = new KeptFiles();
  }

  @AfterEach
  void close() {
    files.close();
  }

  private static KeptSet set(String version, int bytes) {
    return new KeptSet(
        ResourceType.CLUSTER,
        new Version(version),
        List.of(
            Resource.of(
                ResourceType.CLUSTER,
                "payments-" + version,
                ByteString.copyFrom(new byte[bytes]),
                "")));
  }

  private KeptSets sets(long mostBytes) throws IOException {
    return new KeptSets(folder.resolve("sets"), files, mostBytes);
  }

  /** As another process would find them. */
  private KeptSets afterRestart(long mostBytes) throws IOException {
    files.close();
    files = new KeptFiles();
    return sets(mostBytes);
  }

  private List<Path> onDisk() throws IOException {
    try (Stream<Path> all = Files.list(folder.resolve("sets"))) {
      return all.toList();
    }
  }

  @Test
  void areKnownAfterARestart() throws IOException {
    KeptSets sets = sets(10_000);
    sets.keep(set("1", 100));
    sets.keep(set("2", 100));
    sets.keep(set("1", 100));
    assertThat(sets.all()).containsExactly(set("2", 100), set("1", 100));
    assertThat(afterRestart(10_000).all()).containsExactlyInAnyOrder(set("1", 100), set("2", 100));
  }

  @Test
  void oldestGoWhenAllTakeTooMuch() throws IOException {
    KeptSets sets = sets(1_000);
    sets.keep(set("1", 300));
    sets.keep(set("2", 300));
    sets.keep(set("1", 300));
    sets.keep(set("3", 300));
    assertThat(sets.all()).containsExactly(set("1", 300), set("3", 300));
    // What is served now is kept, however large.
    sets.keep(set("4", 5_000));
    assertThat(sets.all()).containsExactly(set("4", 5_000));
    assertThat(afterRestart(1_000).all()).containsExactly(set("4", 5_000));
    assertThat(onDisk()).hasSize(1);
  }

  @Test
  void brokenFileIsNoSet() throws IOException {
    sets(10_000).keep(set("1", 100));
    assertThat(afterRestart(10_000).all()).hasSize(1);
    Path file = onDisk().get(0);
    Files.write(file, new byte[(int) Files.size(file)]);
    assertThat(afterRestart(10_000).all()).isEmpty();
  }
}
