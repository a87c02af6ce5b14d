package dev.lish.source.dogma;

import static dev.lish.source.dogma.World.awaitCurrent;
import static dev.lish.source.dogma.World.awaitStale;
import static dev.lish.source.dogma.World.files;
import static dev.lish.source.dogma.World.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.linecorp.centraldogma.common.Change;
import dev.lish.model.Revision;
import dev.lish.source.MeshFolder;
import dev.lish.source.MeshRepository;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the mesh folder of a repository is, commit after commit. */
@ExtendWith(World.Extension.class)
class MeshIT {
  @Test
  void followsCommitsQuicklyOneAfterTheOther(World world) throws Exception {
    DogmaPlace place = world.place();
    try (DogmaClient client = world.client(place)) {
      MeshRepository mesh = client.mesh();
      assertThat(awaitCurrent(mesh, f -> true).files()).isEmpty();
      List<Long> millis = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        int revision = world.commit(place, Change.ofTextUpsert("/a.yaml", "n: " + i + "\n"));
        long start = System.nanoTime();
        MeshFolder folder = awaitCurrent(mesh, f -> f.revision().number() == revision);
        millis.add((System.nanoTime() - start) / 1_000_000);
        assertThat(folder.files()).isEqualTo(files("a.yaml", "n: " + i + "\n"));
      }
      // Central Dogma's own watcher needs 950 ms for each but the first.
      assertThat(millis.stream().sorted().toList().get(5))
          .as("median of " + millis)
          .isLessThan(500);
    }
  }

  @Test
  void addedChangedAndRemovedFilesArriveByDifference(World world) throws Exception {
    DogmaPlace place = world.place();
    try (DogmaClient client = world.client(place)) {
      MeshRepository mesh = client.mesh();
      int first =
          world.commit(
              place,
              Change.ofTextUpsert("/keep.yaml", "k: 1\n"),
              Change.ofTextUpsert("/change.yaml.peb", "c: {{ 1 }}\n"),
              Change.ofTextUpsert("/edge/remove.yaml", "r: 1\n"));
      ByteString kept =
          awaitCurrent(mesh, f -> f.revision().number() == first).files().get("keep.yaml");
      int second =
          world.commit(
              place,
              Change.ofTextUpsert("/change.yaml.peb", "c: {{ 2 }}\n"),
              Change.ofRemoval("/edge/remove.yaml"),
              Change.ofTextUpsert("/added.yaml", "ä: 日本\n"));
      MeshFolder folder = awaitCurrent(mesh, f -> f.revision().number() == second);
      assertThat(folder.files())
          .isEqualTo(
              files(
                  "added.yaml",
                  "ä: 日本\n",
                  "change.yaml.peb",
                  "c: {{ 2 }}\n",
                  "keep.yaml",
                  "k: 1\n"));
      assertThat(folder.files().get("keep.yaml")).as("not read again").isSameAs(kept);
      int third = world.commit(place, Change.ofTextUpsert("/edge/remove.yaml", "r: 2\n"));
      assertThat(awaitCurrent(mesh, f -> f.revision().number() == third).files())
          .containsEntry("edge/remove.yaml", ByteString.copyFromUtf8("r: 2\n"));
    }
  }

  @Test
  void manyChangesInOneCommitArriveWhole(World world) throws Exception {
    DogmaPlace place = world.place();
    try (DogmaClient client = world.client(place)) {
      MeshRepository mesh = client.mesh();
      awaitCurrent(mesh, f -> true);
      Change<?>[] changes = new Change<?>[300];
      for (int i = 0; i < changes.length; i++) {
        changes[i] = Change.ofTextUpsert("/clusters/c" + i + ".yaml", "name: c" + i + "\n");
      }
      int revision = world.commit(place, changes);
      assertThat(awaitCurrent(mesh, f -> f.revision().number() == revision).files()).hasSize(300);
    }
  }

  @Test
  void onlyFilesUnderThePathBelongToTheFolder(World world) throws Exception {
    DogmaPlace place = world.place("/mesh");
    world.commit(
        place,
        Change.ofTextUpsert("/mesh/a.yaml", "a: 1\n"),
        Change.ofTextUpsert("/meshed.yaml", "no: 1\n"),
        Change.ofTextUpsert("/other/b.yaml", "no: 1\n"));
    try (DogmaClient client = world.client(place)) {
      MeshRepository mesh = client.mesh();
      assertThat(awaitCurrent(mesh, f -> true).files()).isEqualTo(files("a.yaml", "a: 1\n"));
      int next =
          world.commit(
              place,
              Change.ofTextUpsert("/other/b.yaml", "no: 2\n"),
              Change.ofTextUpsert("/mesh/b.yaml", "b: 1\n"));
      assertThat(awaitCurrent(mesh, f -> f.revision().number() == next).files())
          .isEqualTo(files("a.yaml", "a: 1\n", "b.yaml", "b: 1\n"));
    }
  }

  @Test
  void deletedRepositoryIsStaleAndOneMadeAgainIsFollowed(World world) throws Exception {
    DogmaPlace place = world.place();
    for (int i = 0; i < 5; i++) {
      world.commit(place, Change.ofTextUpsert("/a.yaml", "old: " + i + "\n"));
    }
    try (DogmaClient client = world.client(place)) {
      MeshRepository mesh = client.mesh();
      awaitCurrent(mesh, f -> f.revision().number() == 6);
      get(world.others().removeRepository(place.project(), "mesh"));
      var stale = awaitStale(mesh);
      assertThat(stale.cause()).contains("no such repository");
      assertThat(stale.last().orElseThrow().files()).as("not empty").containsKey("a.yaml");
      get(world.others().purgeRepository(place.project(), "mesh"));
      get(world.others().createRepository(place.project(), "mesh"));
      int next = world.commit(place, Change.ofTextUpsert("/b.yaml", "new: 1\n"));
      assertThat(next).isEqualTo(2);
      assertThat(awaitCurrent(mesh, f -> f.revision().number() == 2).files())
          .isEqualTo(files("b.yaml", "new: 1\n"));
      int after = world.commit(place, Change.ofTextUpsert("/b.yaml", "new: 2\n"));
      awaitCurrent(mesh, f -> f.revision().number() == after);
      assertThat(get(mesh.at(new Revision(2))).files()).isEqualTo(files("b.yaml", "new: 1\n"));
    }
  }

  @Test
  void deletedProjectIsStaleWithItsCause(World world) throws Exception {
    DogmaPlace place = world.place();
    try (DogmaClient client = world.client(place)) {
      MeshRepository mesh = client.mesh();
      awaitCurrent(mesh, f -> true);
      get(world.others().removeProject(place.project()));
      assertThat(awaitStale(mesh).cause()).contains("no such project", place.project());
      get(world.others().unremoveProject(place.project()));
      awaitCurrent(mesh, f -> true);
    }
  }

  @Test
  void namesAndSeveralHostsAreTriedUntilOneAnswers(World world) throws Exception {
    DogmaPlace place = world.place();
    DogmaAddress address =
        new DogmaAddress(
            List.of("127.0.0.1:1", "localhost:" + world.port()),
            Token.ANONYMOUS,
            false,
            Optional.empty());
    try (DogmaClient client = DogmaClient.of(address, place, World.QUICK, Clock.systemUTC())) {
      MeshRepository mesh = client.mesh();
      awaitCurrent(mesh, f -> true);
      int revision = world.commit(place, Change.ofTextUpsert("/a.yaml", "a: 1\n"));
      awaitCurrent(mesh, f -> f.revision().number() == revision);
    }
  }

  @Test
  void whatAMirrorAddsIsNotPartOfTheFolder(World world) throws Exception {
    DogmaPlace place = world.place();
    try (DogmaClient client = world.client(place)) {
      MeshRepository mesh = client.mesh();
      awaitCurrent(mesh, f -> true);
      int next =
          world.commit(
              place,
              Change.ofJsonUpsert("/mirror_state.json", "{\"sourceRevision\":\"22fb176e\"}"),
              Change.ofTextUpsert("/a.yaml", "a: 1\n"));
      assertThat(awaitCurrent(mesh, f -> f.revision().number() == next).files())
          .isEqualTo(files("a.yaml", "a: 1\n"));
    }
  }

  @Test
  void folderAtAnyRevisionCanBeRead(World world) throws Exception {
    DogmaPlace place = world.place();
    for (int i = 1; i <= 16; i++) {
      world.commit(place, Change.ofTextUpsert("/a.yaml", "n: " + i + "\n"));
    }
    try (DogmaClient client = world.client(place)) {
      MeshRepository mesh = client.mesh();
      for (int i = 1; i <= 17; i++) {
        Map<String, ByteString> expected =
            i == 1 ? Map.of() : files("a.yaml", "n: " + (i - 1) + "\n");
        assertThat(get(mesh.at(new Revision(i))).files()).isEqualTo(expected);
      }
      assertThatThrownBy(() -> get(mesh.at(new Revision(999))))
          .hasMessageContaining("revision 999 (expected: 1..17)");
      assertThatThrownBy(() -> get(mesh.at(Revision.NONE)))
          .hasMessageContaining("revision 0 (expected: 1..17)");
    }
  }
}
