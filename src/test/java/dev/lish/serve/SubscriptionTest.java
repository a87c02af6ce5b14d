package dev.lish.serve;

import static dev.lish.model.ResourceType.CLUSTER;
import static dev.lish.model.ResourceType.ENDPOINT;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The examples of the protocol document, and what they leave open. */
class SubscriptionTest {
  private final Subscription clusters = new Subscription(CLUSTER);
  private final Subscription endpoints = new Subscription(ENDPOINT);

  @Test
  void examplesOfTheDocumentInSotw() {
    assertThat(clusters.sotw(List.of()).wildcard()).isTrue();
    assertThat(clusters.covers("any")).isTrue();
    Subscription.Change both = clusters.sotw(List.of("*", "A"));
    assertThat(both.wildcard()).isFalse();
    assertThat(both.asked()).containsExactly("A");
    clusters.sotw(List.of("A"));
    assertThat(clusters.covers("A")).isTrue();
    assertThat(clusters.covers("B")).isFalse();
    clusters.sotw(List.of());
    assertThat(clusters.covers("A")).isFalse();
    assertThat(clusters.wildcard()).isFalse();
  }

  @Test
  void examplesOfTheDocumentInDelta() {
    assertThat(clusters.delta(List.of(), List.of()).wildcard()).isTrue();
    assertThat(clusters.delta(List.of("A"), List.of()).asked()).containsExactly("A");
    assertThat(clusters.covers("B")).isTrue();
    clusters.delta(List.of(), List.of("*"));
    assertThat(clusters.covers("A")).isTrue();
    assertThat(clusters.covers("B")).isFalse();
    clusters.delta(List.of(), List.of("A"));
    assertThat(clusters.covers("A")).isFalse();
    assertThat(clusters.wildcard()).isFalse();
  }

  @Test
  void otherTypesHaveNoWildcard() {
    assertThat(endpoints.sotw(List.of()).wildcard()).isFalse();
    assertThat(endpoints.covers("a")).isFalse();
    assertThat(endpoints.sotw(List.of("a", "b")).asked()).containsExactlyInAnyOrder("a", "b");
    assertThat(endpoints.sotw(List.of("b", "c")).asked()).containsExactly("c");
    assertThat(endpoints.covers("a")).isFalse();
  }

  @Test
  void sameNamesInAnotherOrderChangeNothing() {
    endpoints.sotw(List.of("a", "b"));
    assertThat(endpoints.sotw(List.of("b", "a")).isEmpty()).isTrue();
  }

  @Test
  void deltaMustAnswerWhatIsAskedAgain() {
    endpoints.delta(List.of("a"), List.of());
    assertThat(endpoints.delta(List.of("a"), List.of()).asked()).containsExactly("a");
  }

  @Test
  void phantomUnsubscriptionsAreIgnored() {
    endpoints.delta(List.of("a"), List.of());
    assertThat(endpoints.delta(List.of(), List.of("x")).isEmpty()).isTrue();
    assertThat(endpoints.covers("a")).isTrue();
  }

  @Test
  void nameLeftUnderAWildcardIsToldAbout() {
    clusters.delta(List.of("*", "A"), List.of());
    assertThat(clusters.delta(List.of(), List.of("A")).left()).containsExactly("A");
  }

  @Test
  void starInTheFirstRequestWithNames() {
    Subscription.Change change = clusters.delta(List.of("*", "A"), List.of());
    assertThat(change.first()).isTrue();
    assertThat(change.wildcard()).isTrue();
    assertThat(clusters.names()).containsExactly("A");
  }

  @Test
  void streamsWithTheSameNamesShareThem() {
    Subscription other = new Subscription(ENDPOINT);
    endpoints.sotw(List.of("a", "b"));
    other.delta(List.of("b"), List.of());
    other.delta(List.of("a"), List.of());
    assertThat(other.names()).isSameAs(endpoints.names());
  }
}
