package dev.lish.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.lish.model.Locality;
import dev.lish.model.Node;
import dev.lish.model.Problem;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.render.Mesh;
import dev.lish.render.ProtoJson;
import dev.lish.render.Rendered;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.Snapshot;
import dev.lish.source.DiscoveryQuery;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lish render}. */
final class RenderCommand implements Command {
  private final Terminal terminal;

  RenderCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Command.spec(
            this,
            "render",
            "Prints what an Envoy would get from a mesh folder.",
            "  lish render config --stage release --node-cluster edge-web",
            "  lish render config --stage beta --node-cluster edge-web \\",
            "      --locality zone=tokyo-1 --registry consul=test/consul.yaml -o yaml");
    spec.usageMessage()
        .description(
            "The node options say what the Envoy says of itself; they choose the group and its"
                + " by values. Endpoints come from registries/*.yaml of the folder and from"
                + " --registry. Secrets are redacted.");
    OfflineMesh.addOptions(spec);
    spec.addOption(Command.text("STAGE", "The stage (required).", "--stage"));
    spec.addOption(Command.text("CLUSTER", "The Envoy's --service-cluster.", "--node-cluster"));
    spec.addOption(Command.text("ID", "The Envoy's --service-node.", "--node-id"));
    spec.addOption(
        Command.many("KEY=VALUE", "Metadata of the node; may be repeated.", "--metadata"));
    spec.addOption(
        Command.many(
            "zone=ZONE",
            "Where it runs: region=, zone= or sub_zone=; may be repeated.",
            "--locality"));
    spec.addOption(Command.text("json|yaml", "The format (default: json).", "-o", "--output"));
    return spec;
  }

  @Override
  public int run(Arguments given) {
    boolean yaml = given.output("json", "yaml").equals("yaml");
    String stage = given.text("--stage").orElseThrow(() -> Failure.usage("--stage is missing"));
    Node node = node(given);
    OfflineMesh mesh = OfflineMesh.read(terminal, given);
    TreeSet<Problem> problems = new TreeSet<>(mesh.problems());
    if (mesh.mesh().isEmpty() || problems.stream().anyMatch(Problem::isError)) {
      throw nothing(problems);
    }
    checkStage(stage, mesh.mesh().get());
    Rendered rendered =
        mesh.render(stage)
            .match(
                done -> {
                  problems.addAll(done.warnings());
                  return done.rendered();
                },
                waiting -> {
                  throw new IllegalStateException("waits offline for " + waiting.registries());
                },
                refused -> {
                  problems.addAll(refused.problems());
                  throw nothing(problems);
                });
    tell(problems);
    Map<ResourceType, ResourceSet> sets = sets(rendered, key(rendered, node), mesh.registries());
    terminal.print(print(sets, ProtoJson.of(mesh.types()).redacted(), yaml));
    return Exit.FINE;
  }

  private Failure nothing(SortedSet<Problem> problems) {
    tell(problems);
    return Failure.input("nothing was rendered");
  }

  private void tell(SortedSet<Problem> problems) {
    problems.forEach(problem -> terminal.tell(problem.toString()));
  }

  private static void checkStage(String stage, Mesh mesh) {
    if (!mesh.renders().containsKey(stage)) {
      List<String> names = mesh.stages().stream().map(s -> s.name()).toList();
      throw Failure.usage("--stage " + stage + " (expected: " + String.join(", ", names) + ")");
    }
  }

  private static Node node(Arguments given) {
    SortedMap<String, String> locality = pairs(given, "--locality");
    if (!Set.of("region", "zone", "sub_zone").containsAll(locality.keySet())) {
      throw Failure.usage("--locality " + locality + " (expected: region=, zone= or sub_zone=)");
    }
    return new Node(
        given.text("--node-id").orElse(""),
        given.text("--node-cluster").orElse(""),
        new Locality(
            locality.getOrDefault("region", ""),
            locality.getOrDefault("zone", ""),
            locality.getOrDefault("sub_zone", "")),
        pairs(given, "--metadata"),
        "",
        "",
        List.of());
  }

  private static SortedMap<String, String> pairs(Arguments given, String option) {
    TreeMap<String, String> pairs = new TreeMap<>();
    for (String pair : given.all(option)) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw Failure.usage(option + " " + pair + " (expected: KEY=VALUE)");
      }
      pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return pairs;
  }

  private static SnapshotKey key(Rendered rendered, Node node) {
    for (Mesh.Group group : rendered.mesh().groups()) {
      Optional<SortedMap<String, String>> by = group.rule().take(node);
      if (by.isPresent()) {
        return new SnapshotKey(rendered.stage(), group.rule().name(), by.get());
      }
    }
    List<String> groups = rendered.mesh().groups().stream().map(g -> g.rule().name()).toList();
    throw Failure.input(
        "this node matches none of the groups "
            + String.join(", ", groups)
            + ", so it would be sent nothing (--node-cluster, --node-id, --metadata and --locality"
            + " say who it is)");
  }

  private Map<ResourceType, ResourceSet> sets(
      Rendered rendered, SnapshotKey key, OfflineRegistries registries) {
    TreeSet<DiscoveryQuery> asked = new TreeSet<>(Comparator.comparing(DiscoveryQuery::toString));
    Rendered.Group group = rendered.groups().get(key);
    if (group != null) {
      group.endpoints().values().forEach(spec -> asked.addAll(spec.queries()));
    }
    registries.warn(terminal, asked);
    return OfflineSets.of(rendered, key, registries);
  }

  private static String print(
      Map<ResourceType, ResourceSet> sets, ProtoJson printer, boolean yaml) {
    SortedMap<String, Object> resources = new TreeMap<>();
    for (ResourceType type : ResourceType.values()) {
      List<Object> trees = new ArrayList<>();
      ResourceSet set = sets.getOrDefault(type, ResourceSet.empty(type));
      new TreeMap<>(set.byName()).values().forEach(resource -> trees.add(printer.tree(resource)));
      if (!trees.isEmpty()) {
        resources.put(type.typeUrl(), trees);
      }
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("version", Snapshot.version(sets.values(), 0).value());
    all.put("resources", resources);
    return yaml ? yaml(all) : json(all);
  }

  private static String yaml(Map<String, Object> tree) {
    DumpSettings settings =
        DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).setWidth(120).build();
    return new Dump(settings).dumpToString(tree).stripTrailing();
  }

  private static String json(Map<String, Object> tree) {
    try {
      return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of maps, lists and scalars can be written", e);
    }
  }
}
