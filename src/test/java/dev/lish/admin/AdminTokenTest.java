package dev.lish.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminTokenTest {
  private final Path folder;
  private final Path file;

  AdminTokenTest(@TempDir Path folder) {
    this.folder = folder;
    this.file = folder.resolve("data").resolve("admin.token");
  }

  private String mode() throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void isMadeAtTheFirstStartForItsOwnerOnly() throws IOException {
    String token = AdminToken.readOrCreate(file);

    assertThat(token).matches("[0-9a-f]{64}");
    assertThat(mode()).isEqualTo("rw-------");
  }

  @Test
  void staysTheSame() {
    assertThat(AdminToken.readOrCreate(file)).isEqualTo(AdminToken.readOrCreate(file));
  }

  @Test
  void isAnotherForEveryInstallation() {
    assertThat(AdminToken.readOrCreate(file))
        .isNotEqualTo(AdminToken.readOrCreate(folder.resolve("other.token")));
  }

  @Test
  void tokenThatOthersCouldReadIsReplaced() throws IOException {
    String known = AdminToken.readOrCreate(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

    String fresh = AdminToken.readOrCreate(file);

    assertThat(fresh).isNotEqualTo(known);
    assertThat(mode()).isEqualTo("rw-------");
    assertThat(AdminToken.readOrCreate(file)).isEqualTo(fresh);
  }

  @Test
  void tokenThatNobodyCanWriteIsFine() throws IOException {
    String token = AdminToken.readOrCreate(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));

    assertThat(AdminToken.readOrCreate(file)).isEqualTo(token);
  }

  @Test
  void emptyFileIsAnError() throws IOException {
    AdminToken.readOrCreate(file);
    Files.writeString(file, "\n");

    assertThatThrownBy(() -> AdminToken.readOrCreate(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("empty (expected: a token");
  }
}
