package dev.lish.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.Revision;
import dev.lish.source.MeshFolder;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FoldersTest {
  private static final Revision ONE = new Revision(1);
  private static final MeshFolder FIRST = FakeMesh.folder(1, Map.of("a", "1"));

  private final TestClock clock = new TestClock();
  private final FakeMesh mesh = new FakeMesh(clock);
  private final Folders folders = new Folders(mesh, Runnable::run, () -> {}, clock);

  @Test
  void headNeedsNoQuestion() {
    mesh.commit(FIRST);
    assertThat(folders.at(ONE)).hasValue(FIRST);
    assertThat(mesh.asked()).isZero();
  }

  @Test
  void aFailureStaysVisibleAndIsNotAskedForAgainAtOnce() {
    assertThat(folders.at(ONE)).isEmpty();
    folders.retain(Set.of(ONE));
    assertThat(folders.failure(ONE)).hasValue("revision 1 is not there");
    assertThat(folders.at(ONE)).isEmpty();
    assertThat(mesh.asked()).isEqualTo(1);
  }

  @Test
  void aFailureIsTriedAgainAfterAWhileAndThenForgotten() {
    assertThat(folders.at(ONE)).isEmpty();
    mesh.has(FIRST);
    clock.advance(Folders.RETRY);
    folders.at(ONE);
    assertThat(folders.at(ONE)).hasValue(FIRST);
    assertThat(folders.failure(ONE)).isEmpty();
    assertThat(mesh.asked()).isEqualTo(2);
  }

  @Test
  void whatIsNotInUseIsForgotten() {
    mesh.has(FIRST);
    folders.at(ONE);
    folders.retain(Set.of());
    folders.at(ONE);
    assertThat(mesh.asked()).isEqualTo(2);
  }
}
