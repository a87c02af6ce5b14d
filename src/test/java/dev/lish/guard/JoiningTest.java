package dev.lish.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import org.junit.jupiter.api.Test;

class JoiningTest {
  private static Duration seconds(int seconds) {
    return Duration.newBuilder().setSeconds(seconds).build();
  }

  private static HealthCheck.Builder check() {
    HealthCheck.Builder check =
        HealthCheck.newBuilder().setInterval(seconds(15)).setTimeout(seconds(1));
    check.getHealthyThresholdBuilder().setValue(2);
    return check;
  }

  private static java.time.Duration joins(HealthCheck.Builder... checks) {
    Cluster.Builder cluster = Cluster.newBuilder();
    for (HealthCheck.Builder check : checks) {
      cluster.addHealthChecks(check);
    }
    return Joining.longest(cluster.build());
  }

  @Test
  void itIsTheThresholdTimesTheIntervalTheTimeoutAndTheMergeWindow() {
    assertThat(joins(check())).hasSeconds(32);
    assertThat(joins(check(), check().setTimeout(seconds(3)))).as("the slower").hasSeconds(34);
    assertThat(joins()).as("without checks at once").isZero();
  }

  @Test
  void intervalsOfTheirOwnAndJitterCount() {
    assertThat(joins(check().setUnhealthyInterval(seconds(30)))).hasSeconds(30 + 15 + 2);
    assertThat(joins(check().setHealthyEdgeInterval(seconds(1)))).hasSeconds(15 + 1 + 2);
    assertThat(joins(check().setIntervalJitter(seconds(2)))).hasSeconds(2 * 17 + 2);
    assertThat(joins(check().setIntervalJitterPercent(20))).hasSeconds(2 * 18 + 2);
    Cluster.Builder cluster = Cluster.newBuilder().addHealthChecks(check());
    cluster.getCommonLbConfigBuilder().setUpdateMergeWindow(seconds(0));
    assertThat(Joining.longest(cluster.build())).hasSeconds(31);
  }
}
