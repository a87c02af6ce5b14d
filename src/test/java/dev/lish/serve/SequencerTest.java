package dev.lish.serve;

import static dev.lish.model.ResourceType.CLUSTER;
import static dev.lish.model.ResourceType.ENDPOINT;
import static dev.lish.model.ResourceType.LISTENER;
import static dev.lish.model.ResourceType.ROUTE;
import static dev.lish.model.ResourceType.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Waits, with a clock made by hand: delta on an aggregated stream. */
class SequencerTest {
  private static final long SECOND = 1_000_000;

  private final Sequencer sequencer =
      new Sequencer(
          new StreamKind(true, true), Waits.of(XdsLimits.DEFAULT), new Shared(XdsMeter.NONE), 0);
  private Mesh mesh = Mesh.small();
  private long now;

  private void request(DeltaDiscoveryRequest.Builder request, ResourceType type) {
    try {
      sequencer.request(type, Request.parse(request.build().toByteArray(), true, Names.NONE), now);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private void ask(ResourceType type, String... names) {
    request(
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(type.typeUrl())
            .addAllResourceNamesSubscribe(List.of(names)),
        type);
  }

  private Optional<Sequencer.Outgoing> next() {
    return sequencer.next(mesh.snapshot(), now);
  }

  private Sequencer.Outgoing next(ResourceType type, String... names) {
    Sequencer.Outgoing next = next().orElseThrow();
    assertThat(next.payload().type()).isEqualTo(type);
    List<String> all =
        new ArrayList<>(next.payload().resources().stream().map(Resource::name).toList());
    next.payload().removed().forEach(name -> all.add("-" + name));
    assertThat(all).containsExactly(names);
    return next;
  }

  private void accept(ResourceType type, String... names) {
    Sequencer.Outgoing next = next(type, names);
    request(
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(type.typeUrl())
            .setResponseNonce(Long.toString(next.nonce(), Character.MAX_RADIX)),
        type);
  }

  private void start() {
    ask(CLUSTER);
    accept(CLUSTER, "a", "b");
    ask(ENDPOINT, "a", "b");
    accept(ENDPOINT, "a", "b");
    ask(LISTENER);
    accept(LISTENER, "front");
    ask(ROUTE, "main");
    accept(ROUTE, "main");
    assertThat(next()).isEmpty();
  }

  @Test
  void changeOfAssignmentsAloneHoldsNothingBackAndIsHeldBackByNothing() {
    start();
    assertThat(sequencer.settled(mesh.snapshot())).isTrue();
    mesh = mesh.assignment("a", 7);
    assertThat(sequencer.settled(mesh.snapshot())).isTrue();
    Sequencer.Outgoing unanswered = next(ENDPOINT, "a");
    assertThat(next()).isEmpty();
    assertThat(sequencer.wakeAt(mesh.snapshot(), now)).isEqualTo(30 * SECOND);
    // One unanswered response for each type: what changes meanwhile waits, other types do not.
    mesh = mesh.assignment("b", 8).fixed("c", 1).route("main", "c").without(CLUSTER, "b");
    assertThat(sequencer.settled(mesh.snapshot())).isFalse();
    accept(CLUSTER, "c");
    accept(ROUTE, "main");
    assertThat(next()).isEmpty();
    request(
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(ENDPOINT.typeUrl())
            .setResponseNonce(Long.toString(unanswered.nonce(), Character.MAX_RADIX)),
        ENDPOINT);
    accept(ENDPOINT, "b");
    accept(CLUSTER, "-b");
    assertThat(next()).isEmpty();
    assertThat(sequencer.settled(mesh.snapshot())).isTrue();
  }

  @Test
  void requestForAnotherTypeIsLookedAtThoughOnlyAssignmentsChanged() {
    start();
    mesh = mesh.assignment("a", 7);
    ask(ROUTE, "missing");
    assertThat(sequencer.settled(mesh.snapshot())).isFalse();
    accept(ENDPOINT, "a");
    accept(ROUTE, "-missing");
    assertThat(sequencer.settled(mesh.snapshot())).isFalse();
    assertThat(next()).isEmpty();
    assertThat(sequencer.settled(mesh.snapshot())).isTrue();
    mesh = mesh.epoch(2);
    assertThat(sequencer.settled(mesh.snapshot())).isFalse();
  }

  @Test
  void unansweredClustersHoldRoutesBackForThirtySeconds() {
    start();
    mesh = mesh.fixed("c", 1).route("main", "c");
    next(CLUSTER, "c");
    now += 30 * SECOND - 1;
    assertThat(next()).isEmpty();
    assertThat(sequencer.wakeAt(mesh.snapshot(), now)).isEqualTo(30 * SECOND);
    assertThat(sequencer.overdue(now)).isEmpty();
    now += 1;
    accept(ROUTE, "main");
    assertThat(sequencer.overdue(now)).containsExactly(CLUSTER);
    assertThat(sequencer.overdue(now)).isEmpty();
  }

  @Test
  void newClusterWithoutItsAssignmentHoldsRoutesBackForThirtySeconds() {
    start();
    mesh = mesh.cluster("c", 1).unanswered("c").route("main", "c");
    accept(CLUSTER, "c");
    ask(ENDPOINT, "c");
    assertThat(next()).isEmpty();
    now = 29 * SECOND;
    assertThat(next()).isEmpty();
    mesh = mesh.unanswered().assignment("c", 3);
    accept(ENDPOINT, "c");
    accept(ROUTE, "main");
  }

  @Test
  void waitForAnAssignmentRunsOut() {
    start();
    mesh = mesh.cluster("c", 1).unanswered("c").without(CLUSTER, "b").route("main", "c");
    accept(CLUSTER, "c");
    ask(ENDPOINT, "c");
    assertThat(next()).isEmpty();
    now = 30 * SECOND;
    accept(ROUTE, "main");
    // Removals wait for the assignment however long it takes.
    now = 3000 * SECOND;
    assertThat(next()).isEmpty();
    mesh = mesh.unanswered().assignment("c", 3);
    accept(ENDPOINT, "c");
    accept(CLUSTER, "-b");
  }

  @Test
  void clustersOfAReplacedListenerStayForItsDrainTime() {
    start();
    mesh =
        mesh.without(CLUSTER, "a")
            .without(CLUSTER, "b")
            .fixed("c", 1)
            .listener("front", 10000, "other")
            .without(ROUTE, "main")
            .route("other", "c");
    accept(CLUSTER, "c");
    accept(LISTENER, "front");
    accept(ROUTE, "-main");
    ask(ROUTE, "other");
    accept(ROUTE, "other");
    // Only the old routes of the old listener name "a"; nothing did "b".
    accept(CLUSTER, "-b");
    assertThat(next()).isEmpty();
    assertThat(sequencer.wakeAt(mesh.snapshot(), now)).isLessThanOrEqualTo(600 * SECOND);
    now = 600 * SECOND - 1;
    assertThat(next()).isEmpty();
    now += 1;
    accept(CLUSTER, "-a");
  }

  @Test
  void clusterThatOnlyARouteUsedGoesAtOnce() {
    start();
    mesh = mesh.without(CLUSTER, "a").route("main", "b");
    accept(ROUTE, "main");
    accept(CLUSTER, "-a");
    assertThat(next()).isEmpty();
  }

  @Test
  void newcomerGetsASecondToAskForItsRoutes() {
    request(
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(CLUSTER.typeUrl())
            .putInitialResourceVersions("old", "v"),
        CLUSTER);
    accept(CLUSTER, "a", "b");
    assertThat(next()).isEmpty();
    ask(ENDPOINT, "a", "b");
    accept(ENDPOINT, "a", "b");
    assertThat(next()).isEmpty();
    now = SECOND;
    accept(CLUSTER, "-old");
  }

  @Test
  void firstAssignmentsComeAfterTheClusters() {
    ask(ENDPOINT, "a", "b");
    ask(CLUSTER);
    next(CLUSTER, "a", "b");
    accept(ENDPOINT, "a", "b");
    assertThat(next()).isEmpty();
  }

  @Test
  void assignmentOfAChangedClusterDoesNotWaitForTheAnswerToTheCluster() {
    start();
    mesh = mesh.cluster("b", 9).route("main", "b");
    Sequencer.Outgoing clusters = next(CLUSTER, "b");
    accept(ENDPOINT, "b");
    assertThat(next()).isEmpty();
    request(
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(CLUSTER.typeUrl())
            .setResponseNonce(Long.toString(clusters.nonce(), Character.MAX_RADIX)),
        CLUSTER);
    accept(ROUTE, "main");
  }

  /** The stuck cluster is never answered, and clusters change all the time. */
  @Test
  void routesDoNotStarveBehindAStuckClusterWhileClustersGoOnChanging() {
    start();
    mesh = mesh.cluster("stuck", 1).unanswered("stuck").route("main", "b");
    next(CLUSTER, "stuck");
    ask(ENDPOINT, "stuck");
    boolean sent = false;
    for (int i = 1; i < 12 && !sent; i++) {
      now += 10 * SECOND;
      mesh = mesh.fixed("c" + i, 1);
      for (Optional<Sequencer.Outgoing> next = next(); next.isPresent(); next = next()) {
        sent |= next.get().payload().type() == ROUTE;
      }
    }
    assertThat(sent).isTrue();
  }

  /** A new cluster warms first, also where another one never does. */
  @Test
  void routesWaitForANewClusterThatOvertakesAStuckOne() {
    start();
    mesh = mesh.cluster("stuck", 1).unanswered("stuck");
    next(CLUSTER, "stuck");
    ask(ENDPOINT, "stuck");
    now = 31 * SECOND;
    mesh = mesh.cluster("c", 1).assignment("c", 3).route("main", "c");
    next(CLUSTER, "c");
    assertThat(next()).isEmpty();
    ask(ENDPOINT, "c");
    Sequencer.Outgoing assignment = next(ENDPOINT, "c");
    assertThat(next()).isEmpty();
    request(
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(ENDPOINT.typeUrl())
            .setResponseNonce(Long.toString(assignment.nonce(), Character.MAX_RADIX)),
        ENDPOINT);
    accept(ROUTE, "main");
    // The stuck one is still unanswered, so nothing is taken away.
    mesh = mesh.without(CLUSTER, "b");
    assertThat(next()).isEmpty();
  }

  /** One cluster is never answered, others come, are answered and go: they are forgotten. */
  @Test
  void onlyWhatIsNotAnsweredIsWaitedFor() {
    start();
    Mesh stuck = mesh.cluster("stuck", 1).unanswered("stuck");
    for (int i = 0; i < 50; i++) {
      String name = "c" + i;
      mesh = stuck.cluster(name, 1).assignment(name, 3);
      if (i == 0) {
        accept(CLUSTER, name, "stuck");
        ask(ENDPOINT, "stuck");
      } else {
        accept(CLUSTER, name);
      }
      ask(ENDPOINT, name);
      accept(ENDPOINT, name);
      assertThat(next()).isEmpty();
    }
    assertThat(sequencer.waitsFor()).isEqualTo(1);
  }

  @Test
  void layerThatIsNotAnsweredIsLateToo() {
    ask(RUNTIME, "missing");
    next(RUNTIME, "missing");
    assertThat(sequencer.wakeAt(mesh.snapshot(), now)).isEqualTo(SECOND);
    now = SECOND;
    assertThat(sequencer.wakeAt(mesh.snapshot(), now)).isEqualTo(30 * SECOND);
    now = 30 * SECOND;
    assertThat(sequencer.overdue(now)).containsExactly(RUNTIME);
  }

  /** A change every minute for a day, and never an answer to any. */
  @Test
  void clientThatAnswersNoMoreGetsOneOfEachTypeButClustersAndLosesNothing() {
    start();
    Map<ResourceType, Integer> sent = new EnumMap<>(ResourceType.class);
    int minutes = 24 * 60;
    for (int minute = 0; minute < minutes; minute++) {
      mesh =
          mesh.cluster("a", 2 + minute)
              .assignment("a", 1 + minute)
              .listener("front", 1 + minute, "main")
              .route("main", minute % 2 == 0 ? "a" : "b");
      mesh = minute % 2 == 0 ? mesh.without(CLUSTER, "b") : mesh.cluster("b", 1);
      for (int half = 0; half < 2; half++) {
        now += 30 * SECOND;
        for (Optional<Sequencer.Outgoing> next = next(); next.isPresent(); next = next()) {
          assertThat(next.get().payload().removed()).isEmpty();
          sent.merge(next.get().payload().type(), 1, Integer::sum);
        }
      }
    }
    // Envoy accepts clusters only when all are warm, so these go on without an answer.
    assertThat(sent)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(CLUSTER, minutes, ENDPOINT, 1, LISTENER, 1, ROUTE, 1));
    assertThat(sequencer.overdue(now)).containsExactly(CLUSTER, ENDPOINT, LISTENER, ROUTE);
    assertThat(sequencer.silent(now, 600 * SECOND)).contains(ENDPOINT);
  }
}
