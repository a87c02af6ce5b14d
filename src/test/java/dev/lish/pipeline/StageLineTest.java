package dev.lish.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.guard.Base;
import dev.lish.guard.Decision;
import dev.lish.model.Problem;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.SnapshotKey;
import dev.lish.model.StageControl;
import dev.lish.render.Mesh;
import dev.lish.render.Rendered;
import dev.lish.render.Rendering;
import dev.lish.source.Inputs;
import dev.lish.source.MeshFolder;
import dev.lish.source.Release;
import dev.lish.source.Service;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class StageLineTest {
  private static final String STAGE = "release";
  private static final Rendering BAD =
      new Rendering.Refused(List.of(Problem.error("a.yaml", 1, "wrong")));

  private static final Outlook UNKNOWN =
      new Outlook() {
        @Override
        public Optional<Decision> decision(Guarded served) {
          return Optional.empty();
        }

        @Override
        public Optional<Base> base(Guarded served) {
          return Optional.empty();
        }

        @Override
        public Expected expected(Guarded next) {
          return new Expected(Optional.empty(), "nobody has answered");
        }
      };

  private final StageLine line = new StageLine(STAGE);
  private final List<Revision> served = new ArrayList<>();
  private SortedMap<String, List<Service>> services = new TreeMap<>();

  private static MeshFolder folder(Revision revision) {
    return FakeMesh.folder(revision.number(), Map.of("revision", revision.toString()));
  }

  private Inputs inputs(Revision revision) {
    TreeMap<String, ByteString> secrets = new TreeMap<>();
    return new Inputs(STAGE, folder(revision), services, new TreeMap<>(), secrets, false);
  }

  private static Rendering good(Revision revision, String... catalogs) {
    Mesh mesh = new Mesh(List.of(), new TreeMap<>(), List.of());
    return new Rendering.Done(
        new Rendered(
            STAGE, revision, mesh, Map.of(), new TreeSet<>(List.of(catalogs)), new TreeMap<>()),
        List.of());
  }

  private void head(int revision) {
    line.aim(StageControl.DEFAULT, Optional.of(new Revision(revision)), served);
  }

  private void pin(int revision) {
    StageControl control =
        new StageControl(
            Optional.of(new Revision(revision)), Optional.empty(), 0, "", "", Instant.EPOCH);
    line.aim(control, Optional.of(new Revision(9)), served);
  }

  /** Renders until nothing is to be done; those up to this revision are good. */
  private List<Integer> run(int lastGood, String... catalogs) {
    List<Integer> rendered = new ArrayList<>();
    Optional<Revision> wanted = line.wanted();
    while (wanted.isPresent() && line.shouldRender(inputs(wanted.get()))) {
      Revision revision = wanted.get();
      rendered.add(revision.number());
      assertThat(rendered).as("bounded").hasSizeLessThan(60);
      line.started(inputs(revision));
      line.finished(revision.number() <= lastGood ? good(revision, catalogs) : BAD, served);
      line.release(List.of(), true, UNKNOWN, List.of());
      wanted = line.wanted();
    }
    return rendered;
  }

  private Optional<Integer> serving() {
    return line.revision().map(Revision::number);
  }

  @Test
  void aBadHeadAtAFreshStartWalksBackToTheNewestThatRendersAndTellsOfHead() {
    head(6);
    assertThat(run(4)).containsExactly(6, 5, 4, 6);
    assertThat(serving()).hasValue(4);
    assertThat(line.problems()).hasSize(1);
  }

  @Test
  void aStageWithoutAnyGoodRevisionComesToRest() {
    head(100);
    assertThat(run(0)).hasSizeLessThanOrEqualTo(22).startsWith(100, 99, 98);
    assertThat(run(0)).isEmpty();
    head(101);
    assertThat(run(101)).containsExactly(101);
    assertThat(serving()).hasValue(101);
  }

  @Test
  void aRestartFirstServesWhatWasServedLast() {
    served.add(new Revision(3));
    head(6);
    assertThat(run(4)).containsExactly(3, 6);
    assertThat(serving()).hasValue(3);
  }

  @Test
  void anUnreadableLastServedRevisionIsPassedOver() {
    served.add(new Revision(3));
    head(6);
    line.unreadable(new Revision(3), served);
    assertThat(run(6)).containsExactly(6);
  }

  @Test
  void aBadCommitChangesNothingAndAMendedOneIsServed() {
    head(2);
    run(2);
    head(3);
    assertThat(run(2)).containsExactly(3);
    assertThat(serving()).hasValue(2);
    assertThat(line.problems()).hasSize(1);
    head(4);
    run(4);
    assertThat(serving()).hasValue(4);
    assertThat(line.problems()).isEmpty();
  }

  @Test
  void aPinBackAndForthRendersWhatItLeft() {
    head(2);
    run(2);
    head(3);
    pin(99);
    line.unreadable(new Revision(99), served);
    assertThat(line.wanted()).hasValue(new Revision(99));
    head(3);
    run(3);
    assertThat(serving()).hasValue(3);
  }

  @Test
  void onlyACatalogThatTheTemplatesReadIsAReasonToRenderAgain() {
    services.put("consul", List.of());
    services.put("other", List.of());
    head(2);
    assertThat(run(2, "consul")).containsExactly(2);
    Service api = new Service("api", new TreeSet<>(), new TreeMap<>());
    services = new TreeMap<>(Map.of("consul", List.of(), "other", List.of(api)));
    assertThat(run(2, "consul")).isEmpty();
    services = new TreeMap<>(Map.of("consul", List.of(api), "other", List.of(api)));
    assertThat(run(2, "consul")).containsExactly(2);
  }

  /** A render of so many clusters. */
  private static Rendering sized(Revision revision, int clusters) {
    TreeMap<String, Resource> all = new TreeMap<>();
    for (int i = 0; i < clusters; i++) {
      String name = "c%03d".formatted(i);
      all.put(name, Resource.of(ResourceType.CLUSTER, name, ByteString.copyFromUtf8(name), "x"));
    }
    Rendered.Group group =
        new Rendered.Group(
            new TreeMap<>(Map.of(ResourceType.CLUSTER, all)), new TreeMap<>(), new TreeMap<>());
    Mesh mesh = new Mesh(List.of(), new TreeMap<>(), List.of());
    return new Rendering.Done(
        new Rendered(
            STAGE,
            revision,
            mesh,
            Map.of(new SnapshotKey(STAGE, "edge", new TreeMap<>()), group),
            new TreeSet<>(Set.of("consul")),
            new TreeMap<>()),
        List.of());
  }

  /** The catalog changes, and the revision that is wanted renders to so many clusters. */
  private boolean again(int clusters) {
    Service service = new Service("s" + clusters, new TreeSet<>(), new TreeMap<>());
    services = new TreeMap<>(Map.of("consul", List.of(service)));
    Revision revision = line.wanted().orElseThrow();
    assertThat(line.shouldRender(inputs(revision))).isTrue();
    line.started(inputs(revision));
    line.finished(sized(revision, clusters), served);
    return line.release(List.of(), true, UNKNOWN, List.of());
  }

  private StageControl pinned(boolean paused, int second) {
    Optional<Revision> revision = Optional.of(new Revision(2));
    return new StageControl(
        revision,
        paused ? revision : Optional.empty(),
        0,
        "",
        "",
        Instant.EPOCH.plusSeconds(second));
  }

  private void order(StageControl control) {
    line.aim(control, Optional.of(new Revision(9)), served);
  }

  @Test
  void whatAPinnedRevisionBecomesByACatalogWaitsForTheSameOrderOnceMore() {
    head(2);
    assertThat(again(100)).isTrue();
    order(pinned(false, 1));
    assertThat(again(300)).as("the order came before it").isFalse();
    order(pinned(false, 2));
    assertThat(line.release(List.of(), true, UNKNOWN, List.of())).isTrue();
    assertThat(again(310)).isTrue();
    assertThat(again(700)).isFalse();
    assertThat(line.holds()).isTrue();
    assertThat(line.problems())
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.message())
                    .startsWith("revision 2 is held: clusters of release/edge grow from 310 to 700")
                    .contains("`lish promote release 2`"));
    assertThat(line.release(List.of(), true, UNKNOWN, List.of())).isFalse();
    order(pinned(true, 3));
    order(pinned(false, 4));
    assertThat(line.release(List.of(), true, UNKNOWN, List.of()))
        .as("a pause accepts nothing")
        .isFalse();
    order(pinned(false, 5));
    assertThat(line.release(List.of(), true, UNKNOWN, List.of())).isTrue();
    assertThat(line.problems()).isEmpty();
    assertThat(again(340)).as("accepted once").isFalse();
  }

  /** A render of a cluster that Envoys check, or do not. */
  private boolean judged(int revision, boolean checks, Release... releases) {
    Cluster.Builder cluster = Cluster.newBuilder().setName("c");
    if (checks) {
      cluster.addHealthChecks(HealthCheck.getDefaultInstance());
    }
    Resource one =
        Resource.of(ResourceType.CLUSTER, "c", cluster.build().toByteString(), "c.yaml", 7);
    TreeMap<String, Resource> clusters = new TreeMap<>(Map.of("c", one));
    Rendered.Group group =
        new Rendered.Group(
            new TreeMap<>(Map.of(ResourceType.CLUSTER, clusters)),
            new TreeMap<>(),
            new TreeMap<>());
    Rendered rendered =
        new Rendered(
            STAGE,
            new Revision(revision),
            new Mesh(List.of(), new TreeMap<>(), List.of()),
            Map.of(new SnapshotKey(STAGE, "edge", new TreeMap<>()), group),
            new TreeSet<>(),
            new TreeMap<>());
    line.started(inputs(new Revision(revision)));
    line.finished(new Rendering.Done(rendered, List.of()), served);
    return line.release(List.of(), true, UNKNOWN, List.of(releases));
  }

  private static Release release(int revision, int second) {
    String of = "revision " + revision + " of stage " + STAGE;
    Instant at = Instant.EPOCH.plusSeconds(second);
    return new Release("c", new TreeSet<>(Set.of(of)), "ann", "meant", at);
  }

  @Test
  void aReleaseIsOfOneRevisionAndCountsOnce() {
    head(2);
    assertThat(judged(2, true)).isTrue();
    head(3);
    assertThat(judged(3, false)).isFalse();
    assertThat(line.problems().get(0).toString()).startsWith("c.yaml:7: revision 3 is held");
    assertThat(line.heldChange().orElseThrow().clusters()).containsExactly("c");
    assertThat(judged(3, false, release(2, 5))).isFalse();
    assertThat(judged(3, false, release(3, 5))).isTrue();
    assertThat(judged(3, true, release(3, 5))).isTrue();
    assertThat(judged(3, false, release(3, 5))).as("it has counted").isFalse();
    assertThat(judged(3, false, release(3, 6))).isTrue();
  }

  @Test
  void aReleaseCountsNoLongerAfterAnotherOrder() {
    order(pinned(false, 10));
    assertThat(judged(2, true)).isTrue();
    order(
        new StageControl(
            Optional.empty(), Optional.empty(), 0, "", "", Instant.EPOCH.plusSeconds(11)));
    assertThat(judged(9, false, release(9, 10))).isFalse();
    assertThat(judged(9, false, release(9, 12))).isTrue();
  }

  @Test
  void oneThatWaitsForARegistryIsRenderedWhenItAnswers() {
    head(2);
    line.started(inputs(new Revision(2)));
    line.finished(new Rendering.Waiting(new TreeSet<>(List.of("consul"))), served);
    assertThat(line.waitingFor()).containsExactly("consul");
    assertThat(line.shouldRender(inputs(new Revision(2)))).isFalse();
    services.put("consul", List.of());
    assertThat(run(2, "consul")).containsExactly(2);
    assertThat(line.waitingFor()).isEmpty();
  }
}
