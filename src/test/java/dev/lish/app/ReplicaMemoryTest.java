package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaMemoryTest {
  @TempDir Path folder;

  @Test
  void whatComesAfterTheEndIsNoErrorAndNotWritten() {
    ReplicaMemory memory = new ReplicaMemory(folder, true, (mesh, current) -> {}, Optional::empty);
    memory.keepLocalOrders(Map.of());
    memory.close();
    assertThat(folder.resolve("local-orders.properties")).exists();

    assertThatCode(() -> memory.keepLocalDrains(Map.of())).doesNotThrowAnyException();
    assertThat(folder.resolve("local-drains.properties")).doesNotExist();
  }
}
