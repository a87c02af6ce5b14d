package dev.lish.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.model.ResourceType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The rules that every recorded stream is held to; each is broken here once. */
class StreamCheckTest {
  private static final String CDS = ResourceType.CLUSTER.typeUrl();
  private static final String EDS = ResourceType.ENDPOINT.typeUrl();
  private static final String RDS = ResourceType.ROUTE.typeUrl();

  private final List<XdsEvent> events = new ArrayList<>();

  @Test
  void subscribedAndAnsweredIsClean() {
    ask(CDS, "");
    send(CDS, "1", "v1", item("a", "x"));
    ask(CDS, "1");
    ask(EDS, "", "a");
    send(EDS, "2", "v1", item("a", "x"));
    ask(EDS, "2", "a");
    send(CDS, "3", "v2", item("a", "y"));
    ask(CDS, "3");

    assertThat(sotw().violations()).isEmpty();
    assertThat(sotw().unanswered()).isEmpty();
    assertThat(sotw().nacks()).isEmpty();
  }

  @Test
  void typeNeverAskedForIsAViolation() {
    send(CDS, "1", "v1", item("a", "x"));

    assertThat(sotw().violations()).anyMatch(v -> v.contains("never asked"));
  }

  @Test
  void nonceUsedTwiceIsAViolationAlsoForAnotherType() {
    ask(CDS, "");
    ask(RDS, "", "r");
    send(CDS, "1", "v1", item("a", "x"));
    send(RDS, "1", "v1", item("r", "x"));

    assertThat(sotw().violations()).anyMatch(v -> v.contains("nonce"));
  }

  @Test
  void nameNotSubscribedIsAViolation() {
    ask(EDS, "", "a");
    send(EDS, "1", "v1", item("a", "x"), item("b", "x"));

    assertThat(sotw().violations())
        .containsExactly("endpoint response 1 has b, which is not subscribed");
  }

  @Test
  void nameThatWasJustUnsubscribedMayBeUnderWayOnce() {
    ask(EDS, "", "a", "b");
    send(EDS, "1", "v1", item("a", "x"), item("b", "x"));
    ask(EDS, "1", "a");
    send(EDS, "2", "v2", item("b", "y"));
    ask(EDS, "2", "a");
    assertThat(sotw().violations()).isEmpty();

    send(EDS, "3", "v3", item("b", "z"));
    assertThat(sotw().violations()).hasSize(1);
  }

  @Test
  void secondResponseBeforeTheAnswerIsAViolation() {
    ask(CDS, "");
    send(CDS, "1", "v1", item("a", "x"));
    send(CDS, "2", "v2", item("a", "y"));

    assertThat(sotw().violations())
        .containsExactly("cluster response 2 was sent before cluster response 1 was answered");
    assertThat(sotw().unanswered()).hasSize(1);
  }

  @Test
  void unchangedWholeIsAViolation() {
    ask(CDS, "");
    send(CDS, "1", "v1", item("a", "x"));
    ask(CDS, "1");
    send(CDS, "2", "v2", item("a", "x"));

    assertThat(sotw().violations()).containsExactly("cluster response 2 is unchanged");
  }

  @Test
  void versionThatTheClientBroughtIsAViolationButForEndpoints() {
    events.add(request(RDS, "", List.of("r"), List.of(), Map.of("", "v1"), Optional.empty()));
    events.add(request(EDS, "", List.of("a"), List.of(), Map.of("", "v1"), Optional.empty()));
    send(RDS, "1", "v1", item("r", "x"));
    send(EDS, "2", "v1", item("a", "x"));

    assertThat(sotw().violations())
        .containsExactly("route response 1 is what the client has from an earlier stream");
  }

  @Test
  void unchangedAssignmentNeedsAChangedCluster() {
    ask(CDS, "");
    send(CDS, "1", "v1", cluster("a", 1));
    ask(CDS, "1");
    ask(EDS, "", "local:a");
    send(EDS, "2", "v1", item("local:a", "x"));
    ask(EDS, "2", "local:a");
    send(CDS, "3", "v2", cluster("a", 2));
    ask(CDS, "3");
    send(EDS, "4", "v1", item("local:a", "x"));
    ask(EDS, "4", "local:a");
    assertThat(sotw().violations()).isEmpty();

    send(EDS, "5", "v1", item("local:a", "x"));
    assertThat(sotw().violations()).containsExactly("endpoint response 5 has local:a unchanged");
  }

  @Test
  void unchangedNeighbourOfAChangeIsAViolation() {
    ask(EDS, "", "a", "b");
    send(EDS, "1", "v1", item("a", "x"), item("b", "x"));
    ask(EDS, "1", "a", "b");
    send(EDS, "2", "v2", item("a", "y"), item("b", "x"));

    assertThat(sotw().violations()).containsExactly("endpoint response 2 has b unchanged");
  }

  @Test
  void nameSubscribedAgainIsSentAgain() {
    ask(EDS, "", "a");
    send(EDS, "1", "v1", item("a", "x"));
    ask(EDS, "1");
    ask(EDS, "1", "a");
    send(EDS, "2", "v1", item("a", "x"));

    assertThat(sotw().violations()).isEmpty();
  }

  @Test
  void refusedBytesSentAgainAreAViolation() {
    ask(CDS, "");
    send(CDS, "1", "v1", item("a", "x"));
    nack(CDS, "1", "bad");
    assertThat(sotw().nacks())
        .singleElement()
        .satisfies(
            n -> {
              assertThat(n.message()).isEqualTo("bad");
              assertThat(n.typeUrl()).isEqualTo(CDS);
            });

    send(CDS, "2", "v2", item("a", "x"));
    assertThat(sotw().violations())
        .containsExactly("cluster response 2 is what was refused before");
  }

  @Test
  void afterANackTheLastGoodMayComeAgain() {
    ask(CDS, "");
    send(CDS, "1", "v1", item("a", "x"));
    ask(CDS, "1");
    send(CDS, "2", "v2", item("a", "bad"));
    nack(CDS, "2", "bad");
    send(CDS, "3", "v3", item("a", "x"));
    ask(CDS, "3");

    assertThat(sotw().violations()).isEmpty();
  }

  @Test
  void deltaSendsWhatChangedAndRemovesWhatWasThere() {
    subscribe(CDS, Map.of());
    sendDelta(CDS, "1", List.of(), item("a", "x"), item("b", "x"));
    ack(CDS, "1");
    sendDelta(CDS, "2", List.of("b"), item("a", "y"));
    ack(CDS, "2");
    assertThat(delta().violations()).isEmpty();

    sendDelta(CDS, "3", List.of("b"), item("a", "y"));
    assertThat(delta().violations())
        .containsExactly(
            "cluster response 3 removes b, which the client has not",
            "cluster response 3 has a unchanged");
  }

  @Test
  void deltaSendsNothingThatTheClientBroughtButAssignments() {
    subscribe(RDS, Map.of("r", "v-x"), "r");
    subscribe(EDS, Map.of("a", "v-x"), "a");
    sendDelta(RDS, "1", List.of(), item("r", "x"));
    sendDelta(EDS, "2", List.of(), item("a", "x"));

    assertThat(delta().violations()).containsExactly("route response 1 has r unchanged");
  }

  @Test
  void deltaAnswersANameThatIsSubscribedAgain() {
    subscribe(RDS, Map.of(), "r");
    sendDelta(RDS, "1", List.of(), item("r", "x"));
    ack(RDS, "1");
    subscribe(RDS, Map.of(), "r");
    sendDelta(RDS, "2", List.of(), item("r", "x"));

    assertThat(delta().violations()).isEmpty();
  }

  @Test
  void deltaTellsOfANameThatDoesNotExistOnce() {
    subscribe(RDS, Map.of(), "r");
    sendDelta(RDS, "1", List.of("r"));
    ack(RDS, "1");
    assertThat(delta().violations()).isEmpty();

    sendDelta(RDS, "2", List.of("r"));
    assertThat(delta().violations()).hasSize(1);
  }

  @Test
  void deltaThatSaysNothingIsAViolationUnlessItIsTheFirst() {
    subscribe(CDS, Map.of());
    sendDelta(CDS, "1", List.of());
    ack(CDS, "1");
    assertThat(delta().violations()).isEmpty();

    sendDelta(CDS, "2", List.of());
    assertThat(delta().violations()).containsExactly("cluster response 2 says nothing");
  }

  @Test
  void deltaVersionStandsForOneContent() {
    subscribe(CDS, Map.of());
    sendDelta(CDS, "1", List.of(), item("a", "x"));
    ack(CDS, "1");
    sendDelta(CDS, "2", List.of(), new XdsEvent.Item("a", "v-x", body("other")));

    assertThat(delta().violations()).anyMatch(v -> v.contains("other bytes"));
  }

  private StreamCheck sotw() {
    return StreamCheck.of(false, true, events);
  }

  private StreamCheck delta() {
    return StreamCheck.of(true, true, events);
  }

  private void ask(String type, String nonce, String... names) {
    events.add(request(type, nonce, List.of(names), List.of(), Map.of("", ""), Optional.empty()));
  }

  private void nack(String type, String nonce, String message) {
    events.add(request(type, nonce, List.of(), List.of(), Map.of(), Optional.of(message)));
  }

  private void subscribe(String type, Map<String, String> held, String... names) {
    events.add(request(type, "", List.of(names), List.of(), held, Optional.empty()));
  }

  private void ack(String type, String nonce) {
    events.add(request(type, nonce, List.of(), List.of(), Map.of(), Optional.empty()));
  }

  private void send(String type, String nonce, String version, XdsEvent.Item... items) {
    events.add(new XdsEvent.Response(type, nonce, version, List.of(items), List.of()));
  }

  private void sendDelta(String type, String nonce, List<String> removed, XdsEvent.Item... items) {
    events.add(new XdsEvent.Response(type, nonce, "", List.of(items), removed));
  }

  private static XdsEvent.Request request(
      String type,
      String nonce,
      List<String> names,
      List<String> unsubscribed,
      Map<String, String> held,
      Optional<String> error) {
    return new XdsEvent.Request(type, nonce, names, unsubscribed, held, error);
  }

  private static XdsEvent.Item item(String name, String content) {
    return new XdsEvent.Item(name, "v-" + content, body(content));
  }

  private static ByteString body(String content) {
    return Cluster.newBuilder().setAltStatName(content).build().toByteString();
  }

  private static XdsEvent.Item cluster(String name, int content) {
    Cluster cluster =
        Cluster.newBuilder()
            .setName(name)
            .setType(Cluster.DiscoveryType.EDS)
            .setEdsClusterConfig(
                Cluster.EdsClusterConfig.newBuilder().setServiceName("local:" + name))
            .setLbSubsetConfig(
                Cluster.LbSubsetConfig.newBuilder().setLocalityWeightAware(content % 2 == 0))
            .build();
    return new XdsEvent.Item(name, "v-" + content, cluster.toByteString());
  }
}
