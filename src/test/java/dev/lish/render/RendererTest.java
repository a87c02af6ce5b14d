package dev.lish.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.model.Problem;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.SnapshotKey;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Inputs;
import dev.lish.source.MeshFolder;
import dev.lish.source.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RendererTest {
  private static final String MESH =
      """
      stages: [ { name: release } ]
      groups:
        - { name: a, nodes: { cluster: a }, resources: [ "**" ] }
        - { name: b, resources: [ "**" ] }
      """;
  private static final String EDS =
      """
      name: NAME
      type: EDS
      eds_cluster_config: { service_name: "consul:NAME", eds_config: { ads: {} } }
      """;
  private static final String FROM_CATALOG =
      "{% for s in registry.consul.services %}\n---\n"
          + EDS.replace("NAME", "{{ s.name }}")
          + "connect_timeout: {{ s.metadata.timeout | default(\"1s\") }}\n{% endfor %}\n";

  private final Renderer renderer = new Renderer(MessageTypes.builtIn());
  private final TreeMap<String, ByteString> files = new TreeMap<>();
  private final TreeMap<String, List<Service>> services = new TreeMap<>();
  private int revision = 1;

  RendererTest() {
    put("mesh.yaml", MESH);
  }

  private void put(String path, String content) {
    files.put(path, ByteString.copyFromUtf8(content));
  }

  private Rendering render(Optional<Rendered> previous) {
    SortedMap<String, Set<String>> registries = new TreeMap<>(Map.of("consul", Set.of("tag")));
    return renderer.render(
        new Inputs(
            "release",
            new MeshFolder(new Revision(revision), files),
            services,
            registries,
            new TreeMap<>(),
            false),
        previous);
  }

  private static Rendering.Done done(Rendering rendering) {
    assertThat(rendering).isInstanceOf(Rendering.Done.class);
    return (Rendering.Done) rendering;
  }

  private static List<String> problems(Rendering rendering) {
    assertThat(rendering).isInstanceOf(Rendering.Refused.class);
    return ((Rendering.Refused) rendering).problems().stream().map(Problem::toString).toList();
  }

  private static Rendered.Group group(Rendered rendered, String name) {
    Rendered.Group group = rendered.groups().get(new SnapshotKey("release", name, new TreeMap<>()));
    assertThat(group).isNotNull();
    return group == null
        ? new Rendered.Group(new TreeMap<>(), new TreeMap<>(), new TreeMap<>())
        : group;
  }

  private static Set<String> names(Rendered rendered, ResourceType type) {
    return group(rendered, "a").resources().getOrDefault(type, new TreeMap<>()).keySet();
  }

  private static Service service(String name, String timeout) {
    return new Service(name, new TreeSet<>(), new TreeMap<>(Map.of("timeout", timeout)));
  }

  @Test
  void equalResourcesAreOneInstanceInAllGroupsAndRenders() {
    put("clusters/one.yaml", EDS.replace("NAME", "one"));
    put("clusters/two.yaml.peb", EDS.replace("NAME", "two"));
    Rendered first = done(render(Optional.empty())).rendered();
    put("clusters/one.yaml", "# moved\n" + EDS.replace("NAME", "one"));
    Rendered second = done(render(Optional.of(first))).rendered();
    for (String cluster : List.of("one", "two")) {
      List<Resource> all =
          List.of(first, second).stream()
              .flatMap(r -> List.of(group(r, "a"), group(r, "b")).stream())
              .flatMap(g -> g.resources().values().stream())
              .flatMap(byName -> byName.values().stream())
              .filter(resource -> resource.name().equals(cluster))
              .toList();
      assertThat(all).hasSize(4).allSatisfy(r -> assertThat(r).isSameAs(all.get(0)));
    }
    EndpointSpec spec = group(first, "a").endpoints().get("consul:one");
    assertThat(spec).isNotNull().isSameAs(group(second, "b").endpoints().get("consul:one"));
    assertThat(Renderer.queries(second))
        .containsExactly(DiscoveryQuery.parse("consul:one"), DiscoveryQuery.parse("consul:two"));
  }

  @Test
  void theSameInputsGiveTheSameBytesInAnotherRenderer() {
    put("clusters/two.yaml.peb", EDS.replace("NAME", "two"));
    Rendered here = done(render(Optional.empty())).rendered();
    SortedMap<String, Set<String>> registries = new TreeMap<>(Map.of("consul", Set.of("tag")));
    Rendering there =
        new Renderer(MessageTypes.builtIn())
            .render(
                new Inputs(
                    "release",
                    new MeshFolder(new Revision(1), files),
                    services,
                    registries,
                    new TreeMap<>(),
                    false),
                Optional.empty());
    assertThat(done(there).rendered()).isEqualTo(here);
  }

  @Test
  void refusesToEmptyAGroupThatHadClustersUnlessItMay() {
    put("clusters/one.yaml", "{ name: one, type: STATIC }");
    put("routes/main.yaml", "name: main");
    Rendered first = done(render(Optional.empty())).rendered();
    files.remove("clusters/one.yaml");
    assertThat(problems(render(Optional.of(first))))
        .anySatisfy(p -> assertThat(p).contains("group a would lose all its clusters"))
        .anySatisfy(p -> assertThat(p).contains("group b would lose all its clusters"));
    assertThat(done(render(Optional.empty())).warnings()).isEmpty();
    put("mesh.yaml", MESH.replace("resources", "allow_empty: true, resources"));
    assertThat(names(done(render(Optional.of(first))).rendered(), ResourceType.CLUSTER)).isEmpty();
  }

  @Test
  void waitsForACatalogOnlyWhenItCanHelp() {
    put("clusters/all.yaml.peb", FROM_CATALOG);
    assertThat(render(Optional.empty()))
        .isEqualTo(new Rendering.Waiting(new TreeSet<>(Set.of("consul"))));
    put("clusters/bad.yaml", "{ name: x, typ: STATIC }");
    assertThat(problems(render(Optional.empty())).get(0)).startsWith("clusters/bad.yaml:1: ");
  }

  @Test
  void saysWhoseServicesItsTemplatesRead() {
    put("clusters/all.yaml.peb", FROM_CATALOG);
    services.put("consul", List.of(service("api", "1s")));
    assertThat(done(render(Optional.empty())).rendered().catalogs()).containsExactly("consul");
  }

  @Test
  void aBadServiceIsSetAsideAlone() {
    put("clusters/all.yaml.peb", FROM_CATALOG);
    List<Service> all = new ArrayList<>();
    IntStream.range(0, 200)
        .forEach(i -> all.add(service("s%03d".formatted(i), i % 50 == 7 ? "soon" : "1s")));
    services.put("consul", all);
    Rendering.Done done = done(render(Optional.empty()));
    assertThat(names(done.rendered(), ResourceType.CLUSTER)).hasSize(196).doesNotContain("s007");
    assertThat(done.warnings())
        .hasSize(4)
        .allSatisfy(w -> assertThat(w.message()).contains("is set aside: Cluster"));
    assertThat(done.warnings().get(0).toString())
        .startsWith("clusters/all.yaml.peb:6: warning: registry consul: service s007 is set aside");
  }

  @Test
  void aMistakeInTheLoopIsTheTemplatesAndNotTheServices() {
    put("clusters/all.yaml.peb", FROM_CATALOG.replace("s.metadata.timeout |", "s.nothing ~"));
    services.put("consul", List.of(service("a", "1s"), service("b", "1s"), service("c", "1s")));
    assertThat(problems(render(Optional.empty())).get(0)).contains("there is no nothing");
  }

  @Test
  void aServedRevisionGoesOnWithTheLastGoodDataOfBadServices() {
    put("clusters/all.yaml.peb", FROM_CATALOG);
    services.put("consul", List.of(service("a", "1s"), service("b", "1s"), service("c", "1s")));
    Rendered served = done(render(Optional.empty())).rendered();
    services.put("consul", List.of(service("a", "x"), service("b", "2s"), service("c", "z")));
    assertThat(problems(render(Optional.empty()))).hasSize(2);
    Rendering.Done done = done(render(Optional.of(served)));
    assertThat(names(done.rendered(), ResourceType.CLUSTER)).containsExactly("a", "b", "c");
    assertThat(done.rendered().services().get("consul"))
        .containsExactlyInAnyOrder(service("a", "1s"), service("b", "2s"), service("c", "1s"));
    assertThat(done.warnings())
        .hasSize(2)
        .allSatisfy(w -> assertThat(w.message()).contains("(its last good data is used)"));
    // The next change finds the last good data again.
    services.put("consul", List.of(service("a", "y"), service("b", "3s"), service("c", "z")));
    assertThat(done(render(Optional.of(done.rendered()))).rendered().services().get("consul"))
        .containsExactlyInAnyOrder(service("a", "1s"), service("b", "3s"), service("c", "1s"));
  }

  @Test
  void aNewServiceWithBadDataIsLeftOutOfAServedRevision() {
    put("clusters/all.yaml.peb", FROM_CATALOG);
    services.put("consul", List.of(service("a", "1s")));
    Rendered served = done(render(Optional.empty())).rendered();
    services.put("consul", List.of(service("a", "1s"), service("b", "x"), service("c", "y")));
    Rendering.Done done = done(render(Optional.of(served)));
    assertThat(names(done.rendered(), ResourceType.CLUSTER)).containsExactly("a");
    services.put("consul", List.of(service("b", "x"), service("c", "y")));
    assertThat(problems(render(Optional.of(served)))).hasSize(2);
  }

  @Test
  void aNameWithALineBreakWritesNoConfiguration() {
    put("clusters/all.yaml.peb", FROM_CATALOG);
    services.put("consul", List.of(service("a", "1s"), service("b\"\ntype: STATIC #", "1s")));
    Rendering.Done done = done(render(Optional.empty()));
    assertThat(names(done.rendered(), ResourceType.CLUSTER)).containsExactly("a");
    assertThat(done.warnings()).hasSize(1);
    assertThat(done.warnings().get(0).message()).contains("b\"\\u000atype", "is set aside");
  }

  @Test
  void anEndlessTemplateEndsForAllGroupsTogether() {
    StringBuilder mesh = new StringBuilder("stages: [ { name: release } ]\ngroups:\n");
    IntStream.range(0, 20)
        .forEach(
            i ->
                mesh.append("  - { name: g" + i + ", nodes: { id: x }, resources: [ \"**\" ] }\n"));
    put("mesh.yaml", mesh.toString());
    put(
        "clusters/a.yaml.peb",
        "{% for i in 1..9999 %}{% for j in 1..9999 %}{% if true %}{% endif %}{% endfor %}{% endfor %}");
    assertThat(problems(render(Optional.empty())))
        .singleElement()
        .asString()
        .startsWith("clusters/a.yaml.peb:1: more than 1000000 steps");
  }

  @Test
  void aThousandClustersInTwentyGroupsAreParsedOnce() {
    StringBuilder mesh = new StringBuilder("stages: [ { name: release } ]\ngroups:\n");
    IntStream.range(0, 20)
        .forEach(
            i ->
                mesh.append("  - { name: g" + i + ", nodes: { id: x }, resources: [ \"**\" ] }\n"));
    put("mesh.yaml", mesh.toString());
    IntStream.range(0, 1000)
        .forEach(i -> put("clusters/c" + i + ".yaml", EDS.replace("NAME", "c" + i)));
    Rendered first = done(render(Optional.empty())).rendered();
    put("clusters/c5.yaml", EDS.replace("NAME", "c5") + "connect_timeout: 3s\n");
    Rendered second = done(render(Optional.of(first))).rendered();
    Set<Resource> before = resources(first);
    Set<Resource> after = resources(second);
    assertThat(before).hasSize(1000);
    after.removeAll(before);
    assertThat(after).singleElement().satisfies(r -> assertThat(r.name()).isEqualTo("c5"));
  }

  private static Set<Resource> resources(Rendered rendered) {
    Set<Resource> identities =
        java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<>());
    rendered
        .groups()
        .values()
        .forEach(
            group -> group.resources().values().forEach(all -> identities.addAll(all.values())));
    return identities;
  }
}
