package dev.lish.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OrdersTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Signature SIGNATURE = new Signature("alice", "bad deploy", NOW);
  private static final Optional<Revision> R7 = Optional.of(new Revision(7));
  private static final Optional<Revision> R9 = Optional.of(new Revision(9));

  private static StageControl control(Decision decision) {
    return decision.match(
        Decision.Set::control,
        nothing -> {
          throw new AssertionError(nothing);
        },
        senseless -> {
          throw new AssertionError(senseless);
        });
  }

  @Test
  void pauseKeepsTheServedRevisionWhateverHeadIs() {
    StageControl paused = control(Orders.pause(StageControl.DEFAULT, R7, SIGNATURE));
    assertThat(Delivery.target(paused, R9)).isEqualTo(R7);
    assertThat(paused.by()).isEqualTo("alice");
    assertThat(paused.reason()).isEqualTo("bad deploy");
    assertThat(paused.at()).isEqualTo(NOW);
  }

  @Test
  void pauseOfAStageThatServesNothingIsSenseless() {
    assertThat(Orders.pause(StageControl.DEFAULT, Optional.empty(), SIGNATURE))
        .isInstanceOf(Decision.Senseless.class);
  }

  @Test
  void pauseTwiceIsNothing() {
    StageControl paused = control(Orders.pause(StageControl.DEFAULT, R7, SIGNATURE));
    assertThat(Orders.pause(paused, R7, SIGNATURE)).isInstanceOf(Decision.Nothing.class);
  }

  @Test
  void resumeFollowsHeadAgain() {
    StageControl paused = control(Orders.pause(StageControl.DEFAULT, R7, SIGNATURE));
    StageControl resumed = control(Orders.resume(paused, SIGNATURE));
    assertThat(Delivery.target(resumed, R9)).isEqualTo(R9);
  }

  @Test
  void resumeNeverLiftsAPin() {
    StageControl pinned = control(Orders.promote(StageControl.DEFAULT, R7, false, SIGNATURE));
    StageControl paused = control(Orders.pause(pinned, R7, SIGNATURE));
    StageControl resumed = control(Orders.resume(paused, SIGNATURE));
    assertThat(Delivery.target(resumed, R9)).isEqualTo(R7);
  }

  @Test
  void whyAStageIsPinnedIsNotLostWithThePause() {
    Signature silent = new Signature("yuki", "", SIGNATURE.at());
    StageControl back = control(Orders.rollback(StageControl.DEFAULT, R7, SIGNATURE));
    assertThat(control(Orders.resume(back, silent)).reason()).isEqualTo(SIGNATURE.reason());
    StageControl paused = control(Orders.pause(StageControl.DEFAULT, R7, SIGNATURE));
    assertThat(control(Orders.resume(paused, silent)).reason()).isEmpty();
  }

  @Test
  void promotePinsAndPromoteHeadFollowsAgain() {
    StageControl pinned = control(Orders.promote(StageControl.DEFAULT, R7, false, SIGNATURE));
    assertThat(Delivery.target(pinned, R9)).isEqualTo(R7);
    StageControl following = control(Orders.promote(pinned, Optional.empty(), false, SIGNATURE));
    assertThat(Delivery.target(following, R9)).isEqualTo(R9);
  }

  @Test
  void promoteOfWhatAStageIsPinnedToIsNothingUnlessItHoldsSomethingBack() {
    StageControl pinned = control(Orders.promote(StageControl.DEFAULT, R7, false, SIGNATURE));
    assertThat(Orders.promote(pinned, R7, false, SIGNATURE)).isInstanceOf(Decision.Nothing.class);
    Signature later = new Signature("yuki", "seen", SIGNATURE.at().plusSeconds(5));
    StageControl again = control(Orders.promote(pinned, R7, true, later));
    assertThat(again.revision()).isEqualTo(R7);
    assertThat(again.at()).isEqualTo(later.at());
    assertThat(Orders.promote(StageControl.DEFAULT, Optional.empty(), true, SIGNATURE))
        .isInstanceOf(Decision.Nothing.class);
  }

  @Test
  void promoteOfAPausedStageIsSenseless() {
    StageControl paused = control(Orders.pause(StageControl.DEFAULT, R7, SIGNATURE));
    assertThat(Orders.promote(paused, R9, false, SIGNATURE)).isInstanceOf(Decision.Senseless.class);
  }

  @Test
  void rollbackGoesBackPausesAndRaisesTheEpoch() {
    StageControl back = control(Orders.rollback(StageControl.DEFAULT, R7, SIGNATURE));
    assertThat(Delivery.target(back, R9)).isEqualTo(R7);
    assertThat(back.paused()).isTrue();
    assertThat(back.epoch()).isEqualTo(1);
    StageControl resumed = control(Orders.resume(back, SIGNATURE));
    assertThat(Delivery.target(resumed, R9)).isEqualTo(R7);
    assertThat(resumed.epoch()).isEqualTo(1);
  }

  @Test
  void rollbackWithoutAnEarlierRevisionIsSenseless() {
    assertThat(Orders.rollback(StageControl.DEFAULT, Optional.empty(), SIGNATURE))
        .isInstanceOf(Decision.Senseless.class);
  }

  @Test
  void nextEpochChangesNothingElse() {
    StageControl pinned = control(Orders.promote(StageControl.DEFAULT, R7, false, SIGNATURE));
    StageControl next = Orders.nextEpoch(pinned);
    assertThat(next.epoch()).isEqualTo(pinned.epoch() + 1);
    assertThat(next)
        .isEqualTo(
            new StageControl(
                pinned.revision(), pinned.pausedAt(), 1, pinned.by(), pinned.reason(), NOW));
  }
}
