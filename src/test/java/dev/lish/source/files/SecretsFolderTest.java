package dev.lish.source.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.source.SourceState;
import dev.lish.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsFolderTest {
  private final Path folder;
  private final SecretsFolder secrets;

  SecretsFolderTest(@TempDir Path parent) throws IOException {
    folder = parent.resolve("secrets");
    secrets = new SecretsFolder(folder, Clock.systemUTC());
  }

  @AfterEach
  void close() {
    secrets.close();
  }

  @Test
  void filesComeChangeAndGo() throws IOException {
    Await.until("it says why", () -> secrets.state().cause().contains("cannot be read"));
    assertThat(secrets.state()).isInstanceOf(SourceState.Missing.class);
    Files.createDirectory(folder);
    Files.writeString(folder.resolve("edge.key"), "one", UTF_8);
    awaitSecrets(Map.of("edge.key", "one"));
    Path next = folder.resolve(".next");
    Files.writeString(next, "two", UTF_8);
    Files.move(next, folder.resolve("edge.key"), StandardCopyOption.ATOMIC_MOVE);
    Files.writeString(folder.resolve("edge.crt"), "crt", UTF_8);
    Files.createDirectory(folder.resolve("deeper"));
    awaitSecrets(Map.of("edge.key", "two", "edge.crt", "crt"));
    Files.delete(folder.resolve("edge.crt"));
    awaitSecrets(Map.of("edge.key", "two"));
  }

  @Test
  void volumeOfKubernetesIsSeenWholeWhenItsLinkIsSwapped() throws IOException {
    Files.createDirectory(folder);
    generation("..1", "one");
    Files.createSymbolicLink(folder.resolve("..data"), Path.of("..1"));
    Files.createSymbolicLink(folder.resolve("tls.key"), Path.of("..data/tls.key"));
    Files.createSymbolicLink(folder.resolve("tls.crt"), Path.of("..data/tls.crt"));
    awaitSecrets(Map.of("tls.key", "one key", "tls.crt", "one crt"));
    generation("..2", "two");
    Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..2"));
    Files.move(
        folder.resolve("..data_tmp"),
        folder.resolve("..data"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    awaitSecrets(Map.of("tls.key", "two key", "tls.crt", "two crt"));
  }

  @Test
  void fileThatIsTooLongKeepsWhatWas() throws IOException {
    Files.createDirectory(folder);
    Files.writeString(folder.resolve("edge.key"), "one", UTF_8);
    awaitSecrets(Map.of("edge.key", "one"));
    Path dump = Files.write(folder.resolve(".dump"), new byte[(1 << 20) + 1]);
    Files.move(dump, folder.resolve("dump"), StandardCopyOption.ATOMIC_MOVE);
    Await.until("it is told", () -> secrets.state().cause().contains("dump is too long"));
    assertThat(secrets.state().last().orElseThrow()).containsOnlyKeys("edge.key");
  }

  @Test
  void contentIsNeverPrinted() throws IOException {
    Files.createDirectory(folder);
    Files.writeString(folder.resolve("edge.key"), "hunter2", UTF_8);
    awaitSecrets(Map.of("edge.key", "hunter2"));
    assertThat(secrets.state().toString()).contains("edge.key").doesNotContain("hunter2");
    assertThat(secrets.toString()).doesNotContain("hunter2");
  }

  private void generation(String name, String content) throws IOException {
    Path generation = Files.createDirectory(folder.resolve(name));
    Files.writeString(generation.resolve("tls.key"), content + " key", UTF_8);
    Files.writeString(generation.resolve("tls.crt"), content + " crt", UTF_8);
  }

  private void awaitSecrets(Map<String, String> expected) {
    TreeMap<String, ByteString> content = new TreeMap<>();
    expected.forEach((name, text) -> content.put(name, ByteString.copyFromUtf8(text)));
    Await.until(
        "secrets are " + expected.keySet(),
        () ->
            secrets.state() instanceof SourceState.Current<SortedMap<String, ByteString>> c
                && c.value().equals(content));
  }
}
