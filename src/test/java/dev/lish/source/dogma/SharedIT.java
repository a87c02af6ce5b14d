package dev.lish.source.dogma;

import static dev.lish.source.dogma.World.awaitCurrent;
import static dev.lish.source.dogma.World.awaitStale;
import static dev.lish.source.dogma.World.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.centraldogma.common.Change;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.source.Commit;
import dev.lish.source.SharedRepository;
import dev.lish.source.SharedState;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What operators set, shared by all replicas. */
@ExtendWith(World.Extension.class)
class SharedIT {
  private static final StageControl PAUSED =
      control(Optional.empty(), Optional.of(new Revision(7)), 1, "ann");
  private static final StageControl PINNED =
      control(Optional.of(new Revision(5)), Optional.empty(), 2, "bob");

  @Test
  void repositoryIsMadeAndWhatIsPutIsSeenByAllReplicas(World world) throws Exception {
    DogmaPlace place = new DogmaPlace("made-" + world.port(), "mesh", "/", "lish");
    try (DogmaClient one = world.client(place);
        DogmaClient two = world.client(place)) {
      SharedRepository here = one.shared();
      SharedRepository there = two.shared();
      SharedState empty = awaitCurrent(here, s -> true);
      assertThat(empty.stage("beta")).isEqualTo(StageControl.DEFAULT);
      assertThat(empty.membership()).isEmpty();
      Commit stage = get(here.putStage(empty.revision(), "beta", PAUSED, "Pause beta"));
      assertThat(stage).isEqualTo(new Commit.Done(new Revision(2)));
      Commit membership =
          get(here.putMembership(new Revision(2), new Revision(4), "ann", "Accept 4"));
      assertThat(membership).isEqualTo(new Commit.Done(new Revision(3)));
      for (SharedRepository replica : new SharedRepository[] {here, there}) {
        SharedState state = awaitCurrent(replica, s -> s.revision().number() == 3);
        assertThat(state.stage("beta")).isEqualTo(PAUSED);
        assertThat(state.membership()).contains(new Revision(4));
      }
      assertThat(get(here.putStage(new Revision(3), "beta", PAUSED, "Pause beta again")))
          .isEqualTo(new Commit.Unchanged(new Revision(3)));
    }
  }

  @Test
  void firstWinsForEachFile(World world) throws Exception {
    DogmaPlace place = world.place();
    try (DogmaClient client = world.client(place)) {
      SharedRepository shared = client.shared();
      Revision base = awaitCurrent(shared, s -> true).revision();
      assertThat(get(shared.putStage(base, "beta", PAUSED, "Pause beta")))
          .isInstanceOf(Commit.Done.class);
      Commit late = get(shared.putStage(base, "beta", PINNED, "Pin beta"));
      assertThat(late).isInstanceOf(Commit.Refused.class);
      assertThat(((Commit.Refused) late).message())
          .startsWith("/stages/beta.json was changed since revision 1: revision 2 by ann at ")
          .endsWith(": Pause beta");
      assertThat(get(shared.putStage(base, "release", PINNED, "Pin release")))
          .as("another file is no conflict")
          .isEqualTo(new Commit.Done(new Revision(3)));
      SharedState state = awaitCurrent(shared, s -> s.revision().number() == 3);
      assertThat(state.stages()).containsEntry("beta", PAUSED).containsEntry("release", PINNED);
      assertThat(get(shared.putStage(new Revision(99), "beta", PINNED, "Pin beta")))
          .isInstanceOf(Commit.Refused.class);
      assertThat(get(shared.putStage(base, "be/ta", PINNED, "Pin beta")))
          .isInstanceOf(Commit.Refused.class);
    }
  }

  @Test
  void brokenFileKeepsItsLastGoodValueAndSaysSo(World world) throws Exception {
    DogmaPlace place = world.place();
    try (DogmaClient client = world.client(place)) {
      SharedRepository shared = client.shared();
      Revision base = awaitCurrent(shared, s -> true).revision();
      get(shared.putStage(base, "beta", PAUSED, "Pause beta"));
      awaitCurrent(shared, s -> s.revision().number() == 2);
      edit(world, place, "/stages/beta.json", "{\"follow\":\"head\",\"paused\":\"no\"}");
      edit(world, place, "/stages/beta.json", "{\"follow\":\"head\",\"paused\":0}");
      var broken = World.await(shared, s -> s.last().orElseThrow().revision().number() == 4);
      assertThat(broken.cause()).isEqualTo("stages/beta.json: paused: 0 (expected: true or false)");
      assertThat(broken.last().orElseThrow().stage("beta")).isEqualTo(PAUSED);
      try (DogmaClient restarted = world.client(place)) {
        var afterRestart = awaitStale(restarted.shared());
        assertThat(afterRestart.last().orElseThrow().stage("beta")).isEqualTo(PAUSED);
      }
      get(shared.putStage(new Revision(4), "beta", PINNED, "Mend beta"));
      assertThat(awaitCurrent(shared, s -> s.revision().number() == 5).stage("beta"))
          .isEqualTo(PINNED);
    }
  }

  @Test
  void repositoryDeletedInUseIsNotMadeAgain(World world) throws Exception {
    DogmaPlace place = world.place();
    try (DogmaClient client = world.client(place)) {
      SharedRepository shared = client.shared();
      Revision base = awaitCurrent(shared, s -> true).revision();
      get(shared.putStage(base, "beta", PAUSED, "Pause beta"));
      awaitCurrent(shared, s -> s.revision().number() == 2);
      get(world.others().removeRepository(place.project(), "lish"));
      var stale = awaitStale(shared);
      assertThat(stale.cause()).contains("no such repository");
      assertThat(stale.last().orElseThrow().stage("beta")).isEqualTo(PAUSED);
      get(world.others().unremoveRepository(place.project(), "lish"));
      assertThat(awaitCurrent(shared, s -> true).stage("beta")).isEqualTo(PAUSED);
    }
  }

  private static void edit(World world, DogmaPlace place, String path, String text)
      throws Exception {
    World.commit(world.others(), place.project(), "lish", Change.ofJsonUpsert(path, text));
  }

  private static StageControl control(
      Optional<Revision> pin, Optional<Revision> pausedAt, int epoch, String by) {
    return new StageControl(
        pin, pausedAt, epoch, by, "because", Instant.parse("2026-03-01T10:00:00Z"));
  }
}
