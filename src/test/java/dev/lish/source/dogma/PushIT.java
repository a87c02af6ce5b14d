package dev.lish.source.dogma;

import static dev.lish.source.dogma.World.awaitCurrent;
import static dev.lish.source.dogma.World.files;
import static dev.lish.source.dogma.World.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.linecorp.centraldogma.common.Change;
import dev.lish.model.Revision;
import dev.lish.source.Commit;
import dev.lish.source.MeshRepository;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How files get into the repository. */
@ExtendWith(World.Extension.class)
class PushIT {
  @Test
  void makesTheFolderEqualAndTouchesNothingElse(World world) throws Exception {
    DogmaPlace place = world.place("/mesh");
    int base =
        world.commit(
            place,
            Change.ofTextUpsert("/other.yaml", "o: 1\n"),
            Change.ofTextUpsert("/mesh/gone.yaml", "g: 1\n"),
            Change.ofTextUpsert("/mesh/same.yaml", "s: 1\n"));
    try (DogmaClient client = world.client(place)) {
      MeshRepository mesh = client.mesh();
      Map<String, ByteString> wanted =
          files("same.yaml", "s: 1", "new/a.yaml.peb", "n: 1\r\n", "d.json", "{\"b\":1, \"a\":2}");
      assertThat(get(mesh.push(new Revision(base), wanted, "Change it\n\nAll of it", "ann")))
          .isEqualTo(new Commit.Done(new Revision(base + 1)));
      assertThat(awaitCurrent(mesh, f -> f.revision().number() == base + 1).files())
          .isEqualTo(
              files(
                  "same.yaml",
                  "s: 1\n",
                  "new/a.yaml.peb",
                  "n: 1\n",
                  "d.json",
                  "{\"b\":1,\"a\":2}"));
      assertThat(get(mesh.push(new Revision(base + 1), wanted, "Again", "ann")))
          .isEqualTo(new Commit.Unchanged(new Revision(base + 1)));
      assertThat(get(world.others().forRepo(place.project(), "mesh").file("/other.yaml").get()))
          .extracting(e -> e.contentAsText())
          .isEqualTo("o: 1\n");
      var commit =
          get(world
                  .others()
                  .forRepo(place.project(), "mesh")
                  .history()
                  .get(
                      com.linecorp.centraldogma.common.Revision.HEAD,
                      com.linecorp.centraldogma.common.Revision.HEAD))
              .get(0);
      assertThat(commit.summary()).isEqualTo("Change it");
      assertThat(commit.detail().strip()).isEqualTo("All of it\n\nBy: ann");
    }
  }

  @Test
  void othersWhoCommittedSinceAreNamed(World world) throws Exception {
    DogmaPlace place = world.place();
    try (DogmaClient client = world.client(place)) {
      MeshRepository mesh = client.mesh();
      get(mesh.push(new Revision(1), files("a.yaml", "a: 1\n"), "Add a", "ann"));
      world.commit(place, Change.ofTextUpsert("/b.yaml", "b: 1\n"));
      Commit late = get(mesh.push(new Revision(1), files("c.yaml", "c: 1\n"), "Add c", "cid"));
      assertThat(late).isInstanceOf(Commit.Refused.class);
      assertThat(((Commit.Refused) late).message())
          .startsWith("base revision 1 is not the head 3 of " + place.project() + "/mesh")
          .contains("revision 3 by ", ": Change /b.yaml", "revision 2 by ann at ", ": Add a");
      assertThat(awaitCurrent(mesh, f -> f.revision().number() == 3).files())
          .containsOnlyKeys("a.yaml", "b.yaml");
      assertThat(get(mesh.push(new Revision(9), files("c.yaml", "c: 1\n"), "Add c", "cid")))
          .isInstanceOf(Commit.Refused.class);
    }
  }

  @Test
  void mirroredRepositoryIsRefused(World world) throws Exception {
    DogmaPlace place = world.place("/mesh/live");
    int base =
        world.commit(
            place,
            Change.ofTextUpsert("/mesh/live/a.yaml", "a: 1\n"),
            Change.ofJsonUpsert("/mesh/mirror_state.json", "{\"sourceRevision\":\"22fb176e\"}"));
    try (DogmaClient client = world.client(place)) {
      Commit commit =
          get(client.mesh().push(new Revision(base), files("a.yaml", "a: 2\n"), "Change", "ann"));
      assertThat(commit).isInstanceOf(Commit.Refused.class);
      assertThat(((Commit.Refused) commit).message())
          .contains("mirror of a Git repository", "/mesh/mirror_state.json");
    }
  }

  @Test
  void repositoryThatIsNotThereIsRefused(World world) throws Exception {
    DogmaPlace place = new DogmaPlace("absent-" + world.port(), "mesh", "/", "lish");
    try (DogmaClient client = world.client(place)) {
      Commit commit =
          get(client.mesh().push(new Revision(1), files("a.yaml", "a: 1\n"), "Add", "ann"));
      assertThat(commit)
          .isInstanceOfSatisfying(
              Commit.Refused.class, r -> assertThat(r.message()).contains("no such project"));
    }
  }

  @Test
  void mirrorElsewhereInTheRepositoryIsNotOurs(World world) throws Exception {
    DogmaPlace place = world.place("/mesh");
    int base =
        world.commit(place, Change.ofJsonUpsert("/docs/mirror_state.json", "{\"s\":\"22fb\"}"));
    try (DogmaClient client = world.client(place)) {
      assertThat(get(client.mesh().push(new Revision(base), files("a.yaml", "a\n"), "Add", "ann")))
          .isInstanceOf(Commit.Done.class);
    }
  }

  @Test
  void filesThatCentralDogmaDoesNotTakeAreNamed(World world) throws Exception {
    DogmaPlace place = world.place();
    Map<Map<String, ByteString>, String> unfit =
        Map.of(
            files("a b.yaml", "a: 1\n"), "a b.yaml: a name that Central Dogma does not take",
            Map.of("a.yaml", ByteString.copyFrom(new byte[] {(byte) 0xff})), "a.yaml: not UTF-8",
            files("a/mirror_state.json", "{}"),
                "a/mirror_state.json: where a mirror keeps its state",
            files("a.json", "{"), "a.json: not JSON");
    try (DogmaClient client = world.client(place)) {
      MeshRepository mesh = client.mesh();
      for (var entry : unfit.entrySet()) {
        Commit commit = get(mesh.push(new Revision(1), entry.getKey(), "Add", "ann"));
        assertThat(commit).isInstanceOf(Commit.Refused.class);
        assertThat(((Commit.Refused) commit).message()).contains(entry.getValue());
      }
    }
  }

  @Test
  void seedsOnlyARepositoryThatIsStillEmpty(World world) throws Exception {
    DogmaPlace place = new DogmaPlace("seeded-" + world.port(), "mesh", "/", "lish");
    Map<String, ByteString> sample = files("mesh.yaml", "stages: []\n", "edge/a.yaml", "a: 1\n");
    try (DogmaClient client = world.client(place)) {
      assertThat(get(client.seeder().seed(sample))).isEqualTo(new Seeding.Seeded(new Revision(2)));
      assertThat(get(client.seeder().seed(sample))).isEqualTo(new Seeding.Same(new Revision(2)));
      int next = world.commit(place, Change.ofTextUpsert("/edge/a.yaml", "a: 2\n"));
      assertThat(get(client.seeder().seed(sample)))
          .isEqualTo(new Seeding.Differs(new Revision(next), List.of("edge/a.yaml")));
      assertThat(awaitCurrent(client.mesh(), f -> true).files())
          .isEqualTo(files("mesh.yaml", "stages: []\n", "edge/a.yaml", "a: 2\n"));
      assertThat(get(client.seeder().seed(files("a b.yaml", "a"))))
          .isEqualTo(
              new Seeding.Differs(
                  new Revision(next), List.of("a b.yaml", "edge/a.yaml", "mesh.yaml")));
    }
  }
}
