package dev.lish.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.source.Commit;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LocalOrdersTest {
  private static final String STAGE = "release";

  private final TestClock clock = new TestClock();
  private final FakeShared shared = new FakeShared(clock);
  private final FakeMemory memory = new FakeMemory();
  private final StageControl pause =
      new StageControl(
          Optional.empty(), Optional.of(new Revision(5)), 0, "ann", "fire", clock.instant());

  private LocalOrders<StageControl> orders() {
    return new LocalOrders<>(shared, OrderKinds.stages(shared, memory), Runnable::run, () -> {});
  }

  private StageControl control(LocalOrders<StageControl> orders) {
    return orders.value(STAGE).orElseThrow();
  }

  @Test
  void anOrderActsAtOnceAndSurvivesARestartWhileTheRepositoryIsAway() {
    shared.is(3);
    shared.cell.fail("down");
    LocalOrders<StageControl> orders = orders();
    orders.give(STAGE, pause);
    orders.share();
    assertThat(control(orders)).isEqualTo(pause);
    assertThat(shared.commits).isEmpty();
    assertThat(control(orders())).isEqualTo(pause);
    assertThat(orders().has(STAGE)).isTrue();
  }

  @Test
  void itIsSharedFromTheRevisionThatTheOperatorSaw() {
    shared.is(3);
    shared.cell.fail("down");
    LocalOrders<StageControl> orders = orders();
    orders.give(STAGE, pause);
    shared.is(7);
    orders.share();
    assertThat(shared.commits).containsExactly("release from 3 epoch 0");
  }

  @Test
  void itHoldsUntilItsCommitIsSeen() {
    shared.is(3);
    LocalOrders<StageControl> orders = orders();
    orders.give(STAGE, pause);
    orders.share();
    assertThat(control(orders)).as("committed, not seen").isEqualTo(pause);
    orders.share();
    assertThat(shared.commits).as("committed once").hasSize(1);
    shared.is(4, STAGE, pause);
    orders.share();
    assertThat(orders.has(STAGE)).isFalse();
    assertThat(memory.localOrders()).isEmpty();
  }

  @Test
  void itIsTriedAgainWhenTheRepositoryDidNotAnswer() {
    shared.is(3);
    shared.outcome(new Commit.Unreachable("no answer"));
    LocalOrders<StageControl> orders = orders();
    orders.give(STAGE, pause);
    orders.share();
    orders.share();
    assertThat(shared.commits).hasSize(2);
    assertThat(orders.conflict(STAGE)).isEmpty();
    assertThat(orders.has(STAGE)).isTrue();
  }

  @Test
  void aConflictShowsIsNotTriedAgainAndEndsWithAnOrderThatIsShared() {
    shared.is(3);
    shared.outcome(new Commit.Refused("changed by bob"));
    LocalOrders<StageControl> orders = orders();
    orders.give(STAGE, pause);
    orders.share();
    orders.share();
    assertThat(shared.commits).hasSize(1);
    assertThat(orders.conflict(STAGE).orElseThrow().message()).contains("changed by bob");
    assertThat(control(orders)).isEqualTo(pause);
    orders.settle(STAGE, new Revision(3));
    assertThat(orders.conflict(STAGE)).isEmpty();
    assertThat(orders.has(STAGE)).isFalse();
  }
}
