package dev.lish.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.Locality;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LossesTest {
  private static final DiscoveryQuery PAYMENTS = DiscoveryQuery.parse("consul:payments");
  private static final DiscoveryQuery ORDERS = DiscoveryQuery.parse("consul:orders");
  private static final DiscoveryQuery SPARE = DiscoveryQuery.parse("spare:payments");
  private static final List<Instance> SOME =
      List.of(
          new Instance(
              "i", "127.0.0.1", 80, Health.PASSING, 1, new Locality("", "", ""), new TreeMap<>()));

  private final Losses losses = new Losses();

  @Test
  void aRegistryIsLostWhenNothingThatIsAskedForIsLeftInIt() {
    losses.ask(List.of(PAYMENTS, ORDERS, SPARE));
    assertThat(losses.lost()).containsExactlyInAnyOrder("consul", "spare");
    losses.answered(PAYMENTS, SOME);
    losses.answered(ORDERS, SOME);
    losses.answered(SPARE, SOME);
    assertThat(losses.lost()).isEmpty();
    losses.answered(PAYMENTS, List.of());
    losses.answered(PAYMENTS, List.of());
    assertThat(losses.lost()).as("orders are there").isEmpty();
    losses.answered(ORDERS, List.of());
    assertThat(losses.lost()).containsExactly("consul");
    losses.answered(ORDERS, SOME);
    losses.answered(ORDERS, SOME);
    assertThat(losses.lost()).isEmpty();
  }

  @Test
  void whatIsNoLongerAskedCountsNoMore() {
    losses.ask(List.of(PAYMENTS, ORDERS));
    losses.answered(PAYMENTS, SOME);
    losses.answered(ORDERS, List.of());
    losses.ask(List.of(PAYMENTS, ORDERS));
    assertThat(losses.lost()).as("what was found is known").isEmpty();
    losses.ask(List.of(ORDERS));
    assertThat(losses.lost()).containsExactly("consul");
    losses.ask(List.of());
    assertThat(losses.lost()).isEmpty();
  }
}
