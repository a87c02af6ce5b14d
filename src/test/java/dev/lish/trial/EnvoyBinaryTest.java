package dev.lish.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is taken for an Envoy. */
class EnvoyBinaryTest {
  @TempDir Path folder;

  private Path program(String output) throws IOException {
    Path program =
        Files.writeString(folder.resolve("envoy"), "#!/bin/sh\necho '%s'\n".formatted(output));
    assertThat(program.toFile().setExecutable(true)).isTrue();
    return Path.of("").toAbsolutePath().relativize(program.toAbsolutePath());
  }

  @Test
  void eachEnvoyRunsInItsOwnFolderSoThePathIsAbsolute() throws Exception {
    Path relative = program("envoy  version: 0abc/1.36.2/Clean/RELEASE/BoringSSL");
    assertThat(relative.isAbsolute()).isFalse();
    EnvoyBinary envoy = EnvoyBinary.of(relative);
    assertThat(envoy.path().isAbsolute()).isTrue();
    assertThat(Files.isSameFile(envoy.path(), relative)).isTrue();
    assertThat(envoy.version()).hasToString("1.36.2");
  }

  @Test
  void anotherProgramIsNone() throws Exception {
    Path other = program("hello");
    assertThatThrownBy(() -> EnvoyBinary.of(other))
        .isInstanceOf(TrialException.class)
        .hasMessageContaining("--version: hello (expected: an Envoy, version …/1.36.2/…)");
  }
}
