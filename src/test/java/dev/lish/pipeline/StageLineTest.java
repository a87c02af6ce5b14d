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
import dev.lish.source.Service;
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
