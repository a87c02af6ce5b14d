package dev.lish.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.source.Commit;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EpochsTest {
  private static final Revision FIVE = new Revision(5);

  private final FakeShared shared = new FakeShared(new TestClock());
  private final Epochs epochs = new Epochs(shared, Runnable::run);

  private void nacked(int epoch, ResourceType type) {
    epochs.nacked("release", FIVE, epoch, type);
    epochs.step(stage -> false);
  }

  private static StageControl epoch(int number) {
    return new StageControl(Optional.empty(), Optional.empty(), number, "lish", "", Instant.EPOCH);
  }

  @Test
  void theFirstRejectionOfARevisionRaisesItOnce() {
    shared.is(3);
    nacked(0, ResourceType.CLUSTER);
    nacked(0, ResourceType.LISTENER);
    shared.is(4, "release", epoch(1));
    nacked(1, ResourceType.CLUSTER);
    assertThat(shared.commits).containsExactly("release from 3 epoch 1");
  }

  @Test
  void otherTypesDoNot() {
    shared.is(3);
    nacked(0, ResourceType.ROUTE);
    nacked(0, ResourceType.ENDPOINT);
    assertThat(shared.commits).isEmpty();
  }

  @Test
  void whatAnotherReplicaHasRaisedIsNotRaisedAgain() {
    shared.is(4, "release", epoch(1));
    nacked(0, ResourceType.CLUSTER);
    nacked(1, ResourceType.CLUSTER);
    assertThat(shared.commits).isEmpty();
  }

  @Test
  void itWaitsForTheRepository() {
    shared.is(3);
    shared.cell.fail("down");
    nacked(0, ResourceType.CLUSTER);
    assertThat(shared.commits).isEmpty();
    shared.is(3);
    shared.outcome(new Commit.Unreachable("no answer"));
    epochs.step(stage -> false);
    shared.committable();
    epochs.step(stage -> false);
    epochs.step(stage -> false);
    assertThat(shared.commits).hasSize(2);
  }

  @Test
  void itWaitsForALocalOrderToBeShared() {
    shared.is(3);
    epochs.nacked("release", FIVE, 1, ResourceType.CLUSTER);
    epochs.step(stage -> true);
    assertThat(shared.commits).isEmpty();
    shared.is(4, "release", epoch(1));
    epochs.step(stage -> false);
    assertThat(shared.commits).containsExactly("release from 4 epoch 2");
  }
}
