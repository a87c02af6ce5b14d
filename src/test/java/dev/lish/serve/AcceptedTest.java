package dev.lish.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.Revision;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an Envoy with several streams has accepted. */
class AcceptedTest {
  private static Accepted stream(int revision, String type, String version) {
    return new Accepted(
        revision == 0 ? Optional.empty() : Optional.of(new Revision(revision)),
        Map.of(type, version));
  }

  @Test
  void theStreamThatIsFurthestBehindCounts() {
    Accepted clusters = stream(8, "cluster", "aa8");
    Accepted listeners = stream(7, "listener", "aa7");
    Accepted both = Accepted.of(List.of(clusters, listeners));
    assertThat(both.revision()).contains(new Revision(7));
    assertThat(Accepted.of(List.of(listeners, clusters)).revision()).contains(new Revision(7));
    assertThat(both.versions())
        .containsExactlyInAnyOrderEntriesOf(Map.of("cluster", "aa8", "listener", "aa7"));
  }

  @Test
  void nothingIsAcceptedInFullBeforeEveryStreamHasIt() {
    Accepted clusters = stream(8, "cluster", "aa8");
    assertThat(Accepted.of(List.of(clusters, stream(0, "listener", "aa7"))).revision()).isEmpty();
    assertThat(Accepted.of(List.of()).revision()).isEmpty();
  }

  @Test
  void theYoungerStreamOfATypeIsRight() {
    assertThat(
            Accepted.of(List.of(stream(7, "cluster", "aa7"), stream(8, "cluster", "aa8")))
                .versions())
        .containsOnly(Map.entry("cluster", "aa8"));
  }
}
