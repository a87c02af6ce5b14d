package dev.lish.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.accesslog.Destinations;
import dev.lish.accesslog.Origin;
import dev.lish.accesslog.Origins;
import dev.lish.model.Locality;
import dev.lish.model.Node;
import dev.lish.model.Revision;
import dev.lish.serve.Accepted;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What is known of an Envoy, from message to message. */
class KnownOriginsTest {
  private static final Node NODE =
      new Node(
          "edge-1", "edge-a", new Locality("", "tokyo-1", ""), new TreeMap<>(), "", "", List.of());

  private static final Destinations PAY = new Destinations(Map.of("pay", "payments"), Map.of());

  private final AtomicReference<Accepted> accepted = new AtomicReference<>(Accepted.NOTHING);
  private final Origins.Known known =
      new KnownOrigins(
              () -> {
                throw new AssertionError("a message looks at no rules");
              },
              id -> id.equals("edge-1") ? requireNonNull(accepted.get()) : Accepted.NOTHING)
          .of(NODE);

  @Test
  void aMessageIsJoinedWithWhatIsAcceptedNow() {
    Origin looked =
        new Origin("beta", "edge", Optional.of(new Revision(7)), Map.of("cluster", "aa7"), PAY);
    accepted.set(new Accepted(Optional.of(new Revision(7)), Map.of("cluster", "aa7")));
    assertThat(known.now(looked)).isSameAs(looked);

    accepted.set(new Accepted(Optional.of(new Revision(7)), Map.of("cluster", "aa8")));
    assertThat(known.now(looked).versions()).containsOnly(Map.entry("cluster", "aa8"));

    accepted.set(new Accepted(Optional.of(new Revision(8)), Map.of("cluster", "aa8")));
    assertThat(known.now(looked))
        .isEqualTo(
            new Origin(
                "beta", "edge", Optional.of(new Revision(8)), Map.of("cluster", "aa8"), PAY));

    accepted.set(Accepted.NOTHING);
    assertThat(known.now(looked).accepted()).isEmpty();
  }

  @Test
  void whoBelongsToNothingIsJoinedWithNothing() {
    accepted.set(new Accepted(Optional.of(new Revision(8)), Map.of("cluster", "aa8")));
    assertThat(known.now(Origin.UNKNOWN)).isSameAs(Origin.UNKNOWN);
  }
}
