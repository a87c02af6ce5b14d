package dev.lish.serve;

import static dev.lish.model.ResourceType.CLUSTER;
import static dev.lish.model.ResourceType.LISTENER;
import static dev.lish.model.ResourceType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.ResourceType;
import dev.lish.recorder.RecordedStream;
import dev.lish.testing.Await;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Http;
import dev.lish.testing.Recorder;
import dev.lish.testing.Upstream;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clusters that warm, on real Envoys: while a stream breaks, for ever, and not again. */
class WarmingEnvoyIT {
  private static final String WARMING = "cluster_manager.warming_clusters";
  private static final String CLUSTERS_CHANGED = "cluster_manager.cluster_modified";
  private static final String LISTENERS_CHANGED = "listener_manager.listener_modified";

  private static Mesh mesh(Upstream upstream) {
    return Mesh.empty()
        .cluster("a", 1)
        .assignment("a", upstream.port())
        .listener("front", 0, "main")
        .route("main", "a");
  }

  private static String url(EnvoyProcess process) {
    return "http://127.0.0.1:" + process.listenerPort("front") + "/";
  }

  private static void awaitWarming(EnvoyProcess process, int clusters) {
    Await.until(
        clusters + " clusters are warming", () -> process.stat(WARMING).orElse(-1) == clusters);
  }

  @ParameterizedTest
  @MethodSource("dev.lish.serve.XdsEnvoyIT#envoysAndProtocols")
  void clusterThatWarmedWhenTheStreamBrokeIsWarmSoonAfter(Envoys.Envoy envoy, boolean delta) {
    Recorder recorder = new Recorder();
    try (Upstream one = Upstream.start("one");
        Upstream two = Upstream.start("two");
        Server server = new Server(Server.QUICK, recorder)) {
      server.publish(mesh(one));
      try (EnvoyProcess process = EnvoyProcess.start(envoy, XdsEnvoyIT.bootstrap(delta, server))) {
        process.awaitReady();
        XdsEnvoyIT.awaitSynced(server);
        Mesh more = mesh(one).patientCluster("slow", 1).route("main", "slow");
        server.publish(more.unanswered("slow"));
        awaitWarming(process, 1);
        server.restart(more.assignment("slow", two.port()));
        Await.until("the new cluster answers", () -> Http.get(url(process)).body().contains("two"));
        awaitWarming(process, 0);
      }
    }
    recorder.assertClean();
  }

  @ParameterizedTest
  @MethodSource("dev.lish.serve.XdsEnvoyIT#envoysAndProtocols")
  void clusterThatIsNeverAnsweredDoesNotHoldOthersBack(Envoys.Envoy envoy, boolean delta) {
    XdsLimits impatient =
        XdsLimits.DEFAULT.withWaits(
            Duration.ofMillis(500), Duration.ofMillis(1), Duration.ofMillis(300));
    try (Upstream one = Upstream.start("one");
        Upstream two = Upstream.start("two");
        Server server = new Server(impatient)) {
      server.publish(mesh(one));
      try (EnvoyProcess process = EnvoyProcess.start(envoy, XdsEnvoyIT.bootstrap(delta, server))) {
        process.awaitReady();
        XdsEnvoyIT.awaitSynced(server);
        Mesh stuck = mesh(one).patientCluster("stuck", 1).unanswered("stuck");
        server.publish(stuck);
        awaitWarming(process, 1);
        server.publish(stuck.cluster("b", 1).assignment("b", two.port()).route("main", "b"));
        Await.until("the new cluster answers", () -> Http.get(url(process)).body().contains("two"));
        assertThat(process.stat(WARMING)).hasValue(1);
        // Taken out of the mesh it goes, and Envoy accepts clusters again.
        Mesh without = mesh(one).cluster("b", 1).assignment("b", two.port()).route("main", "b");
        server.publish(without);
        awaitWarming(process, 0);
        XdsEnvoyIT.awaitSynced(server);
        server.publish(without.without(CLUSTER, "a").without(ResourceType.ENDPOINT, "a"));
        Await.until("an old cluster is gone", () -> process.hosts("a").isEmpty());
        assertThat(Http.get(url(process)).body()).contains("two");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.serve.XdsEnvoyIT#envoysAndProtocols")
  void secondReplicaWarmsNothingAgain(Envoys.Envoy envoy, boolean delta) {
    Recorder recorder = new Recorder();
    try (Upstream one = Upstream.start("one");
        Server first = new Server(Server.QUICK, recorder);
        Server second = new Server(Server.QUICK, recorder)) {
      first.publish(mesh(one));
      second.publish(mesh(one));
      try (EnvoyProcess process =
          EnvoyProcess.start(envoy, XdsEnvoyIT.bootstrap(delta, first, second))) {
        process.awaitReady();
        Await.until(
            "a replica has the Envoy", () -> first.xds.streams() + second.xds.streams() == 1);
        final Server served = first.xds.streams() == 1 ? first : second;
        final Server other = served == first ? second : first;
        XdsEnvoyIT.awaitSynced(served);
        final long clusters = process.stat(CLUSTERS_CHANGED).orElse(0);
        final long listeners = process.stat(LISTENERS_CHANGED).orElse(0);
        served.close();
        XdsEnvoyIT.awaitSynced(other);
        RecordedStream last = last(recorder);
        for (ResourceType type : List.of(CLUSTER, LISTENER, ROUTE)) {
          assertThat(last.responses(type)).as(type.label()).isEmpty();
        }
        assertThat(process.stat(CLUSTERS_CHANGED)).hasValue(clusters);
        assertThat(process.stat(LISTENERS_CHANGED)).hasValue(listeners);
        assertThat(Http.get(url(process)).status()).isEqualTo(200);
      }
    }
    recorder.assertClean();
  }

  /** The epoch: what was rejected is rolled back, and the next stream reports the old version. */
  @ParameterizedTest
  @MethodSource("dev.lish.serve.XdsEnvoyIT#envoysAndProtocols")
  void afterARejectionAndARollbackOnlyWhatDiffersIsWarmedAgain(Envoys.Envoy envoy, boolean delta) {
    Recorder recorder = new Recorder();
    try (Upstream one = Upstream.start("one");
        Server server = new Server(Server.QUICK, recorder)) {
      Mesh good = mesh(one).listener("other", 0, "main");
      server.publish(good);
      try (EnvoyProcess process = EnvoyProcess.start(envoy, XdsEnvoyIT.bootstrap(delta, server))) {
        process.awaitReady();
        XdsEnvoyIT.awaitSynced(server);
        // Envoy takes the change of "front" and refuses the listener without an address.
        server.publish(
            good.listener("front", 0, "elsewhere")
                .route("elsewhere", "a")
                .with(LISTENER, "bad", Listener.newBuilder().setName("bad").build())
                .revision(2));
        server.event(StreamEvent.Nacked.class);
        Await.until(
            "the good part is there", () -> process.configDump().toString().contains("elsewhere"));
        final long clusters = process.stat(CLUSTERS_CHANGED).orElse(0);
        final long listeners = process.stat(LISTENERS_CHANGED).orElse(0);
        int streams = recorder.streams().size();
        server.restart(good.epoch(1));
        Await.until("a new stream", () -> recorder.streams().size() > streams);
        Await.until(
            "the old content is back", () -> process.stat(LISTENERS_CHANGED).orElse(0) > listeners);
        XdsEnvoyIT.awaitSynced(server);
        assertThat(process.stat(LISTENERS_CHANGED)).hasValue(listeners + 1);
        assertThat(process.stat(CLUSTERS_CHANGED)).hasValue(clusters);
        assertThat(Http.get(url(process)).status()).isEqualTo(200);
      }
    }
    recorder.assertClean(LISTENER);
  }

  private static RecordedStream last(Recorder recorder) {
    List<RecordedStream> streams = recorder.streams();
    return streams.get(streams.size() - 1);
  }
}
