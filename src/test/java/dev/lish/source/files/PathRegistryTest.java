package dev.lish.source.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Instance;
import dev.lish.source.Registry;
import dev.lish.source.RegistryContract;
import dev.lish.source.Source;
import dev.lish.source.SourceState;
import dev.lish.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PathRegistryTest extends RegistryContract {
  private static final DiscoveryQuery QUERY = DiscoveryQuery.parse("local:a");
  private static final String ONE = "services: {a: ['127.0.0.1:9001']}";
  private static final String TWO = "services: {a: ['127.0.0.1:9002']}";

  private final Path folder;
  private final Path path;
  private final FilledFile file = new FilledFile();
  private final PathRegistry registry;

  PathRegistryTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    path = folder.resolve("local.yaml");
    Files.writeString(path, file.text(), UTF_8);
    registry = new PathRegistry("local", path, Clock.systemUTC());
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Override
  protected Registry registry() {
    return registry;
  }

  @Override
  protected void fill(String service, List<Filled> instances) {
    try {
      Files.writeString(path, file.fill(service, instances), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected void breakOff() {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected void mend() {
    try {
      Files.writeString(path, file.text(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void atomicRenameIsSeen() throws IOException {
    Source<List<Instance>> source = registry.instances(QUERY);
    for (String text : List.of(ONE, TWO, ONE)) {
      Path next = folder.resolve("next");
      Files.writeString(next, text, UTF_8);
      Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
      int port = text.equals(ONE) ? 9001 : 9002;
      Await.until("port " + port, () -> ports(source).equals(List.of(port)));
    }
  }

  @Test
  void swappedLinkIsSeen() throws IOException {
    Path generations = Files.createDirectory(folder.resolve("generations"));
    Files.writeString(generations.resolve("1"), ONE, UTF_8);
    Files.writeString(generations.resolve("2"), TWO, UTF_8);
    Path current = Files.createSymbolicLink(folder.resolve("current"), generations.resolve("1"));
    Path linked = Files.createSymbolicLink(folder.resolve("linked.yaml"), current);
    try (PathRegistry links = new PathRegistry("local", linked, Clock.systemUTC())) {
      Source<List<Instance>> source = links.instances(QUERY);
      Await.until("the first", () -> ports(source).equals(List.of(9001)));
      Path next = Files.createSymbolicLink(folder.resolve("next"), generations.resolve("2"));
      Files.move(next, current, StandardCopyOption.ATOMIC_MOVE);
      Await.until("the second", () -> ports(source).equals(List.of(9002)));
    }
  }

  @Test
  void brokenFileKeepsTheLastGoodOneAndShowsTheProblem() throws IOException {
    Source<List<Instance>> source = registry.instances(QUERY);
    Files.writeString(path, ONE, UTF_8);
    Await.until("it is read", () -> ports(source).equals(List.of(9001)));
    Files.writeString(path, "services: {a: ['127.0.", UTF_8);
    Await.until("it is told", () -> source.state().cause().startsWith(path + ":1: not valid YAML"));
    assertThat(source.state()).isInstanceOf(SourceState.Stale.class);
    assertThat(ports(source)).containsExactly(9001);
    assertThat(registry.problems()).hasSize(1);
    Files.writeString(path, TWO, UTF_8);
    Await.until("it is read again", () -> ports(source).equals(List.of(9002)));
    assertThat(registry.problems()).isEmpty();
  }

  @Test
  void missingFileAndFolderAreToldAndReadWhenTheyCome() throws IOException {
    Path later = folder.resolve("later/local.yaml");
    try (PathRegistry absent = new PathRegistry("local", later, Clock.systemUTC())) {
      Source<List<Instance>> source = absent.instances(QUERY);
      Await.until("it is told", () -> source.state().cause().equals(later + " is not there"));
      Files.createDirectory(folder.resolve("later"));
      Files.writeString(later, ONE, UTF_8);
      Await.until("it is read", () -> ports(source).equals(List.of(9001)));
      Files.delete(later);
      Await.until("it is stale", () -> source.state() instanceof SourceState.Stale<?>);
      assertThat(ports(source)).containsExactly(9001);
    }
  }

  private static List<Integer> ports(Source<List<Instance>> source) {
    return source.state().last().orElse(List.of()).stream().map(Instance::port).toList();
  }
}
