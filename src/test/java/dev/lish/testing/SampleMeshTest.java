package dev.lish.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleMeshTest {
  @TempDir private Path folder;

  @Test
  void copyHasNoFixedPort() throws IOException {
    Path mesh = SampleMesh.copy(folder.resolve("mesh"), 1111, 2222, 3333);

    try (Stream<Path> files = Files.walk(mesh)) {
      List<Path> yaml = files.filter(f -> f.toString().matches(".*\\.yaml(\\.peb)?")).toList();
      assertThat(yaml).hasSizeGreaterThan(8);
      for (Path file : yaml) {
        assertThat(Files.readString(file)).as("%s", file).doesNotContainPattern("port.*(1000|900)");
      }
    }
    assertThat(mesh.resolve("registries/local.yaml")).content().contains("1111", "2222");
  }

  @Test
  void editOfATextThatIsNotThereFails() {
    Path mesh = SampleMesh.copy(folder.resolve("mesh"), 1, 2, 3);

    assertThatThrownBy(() -> SampleMesh.edit(mesh, "mesh.yaml", Map.of("no such text", "")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("no such text");
  }
}
