package dev.lish.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.lish.diff.Differ;
import dev.lish.diff.MeshDiff;
import dev.lish.diff.ResourceChange;
import dev.lish.model.Problem;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.SnapshotKey;
import dev.lish.model.StageRule;
import dev.lish.render.Mesh;
import dev.lish.render.ProtoJson;
import dev.lish.render.Rendered;
import dev.lish.render.Renderer;
import dev.lish.render.Rendering;
import dev.lish.snapshot.ResourceSet;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.MeshFolder;
import dev.lish.source.files.FolderOnDisk;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lish diff}. */
final class DiffCommand implements Command {
  /** Above the codes that mean trouble, the graver the higher. */
  private static final int CHANGES = 10;

  private static final int ADDITIONS = 11;
  private static final int REMOVALS = 12;
  private static final int DISTURBS = 13;
  private static final String HEAD = "head";

  private final Terminal terminal;

  DiffCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Command.spec(
            this,
            "diff",
            "Tells what Envoys would get that they do not have, and what it does to them.",
            "  lish diff head config               # what a push of config would change",
            "  lish diff 41 42 --full",
            "  lish diff main-checkout config -o markdown > comment.md");
    spec.usageMessage()
        .description(
            "Renders both sides and compares resources field by field, for each stage and group. A"
                + " side is a folder, a revision of the server's mesh, or head. When a server"
                + " answers, its connected Envoys are counted, and templates see what it knows of"
                + " registries that no file describes; what was assumed is told.");
    spec.addPositional(Command.positional(0, "OLD", "A folder, a revision, or head."));
    spec.addPositional(Command.positional(1, "NEW", "The same."));
    spec.addOption(Command.flag("Every field of every resource.", "--full"));
    spec.addOption(
        Command.flag(
            "Exit with 0: nothing differs, 10: resources change, 11: some are added, 12: some are"
                + " removed, 13: connections end since something drains or is rebuilt, 14: it"
                + " doubles, loses half or leaves connected Envoys without a group, so that a"
                + " server holds it; the highest that is true.",
            "--detailed-exitcode"));
    spec.addOption(
        Command.text("text|json|markdown", "The format (default: text).", "-o", "--output"));
    OfflineMesh.addInputs(spec);
    Api.addOptions(spec);
    return spec;
  }

  @Override
  public int run(Arguments given) {
    String format = given.output("text", "json", "markdown");
    OfflineMesh before = side(given, 0);
    OfflineMesh after = side(given, 1);
    LiveCatalogs live =
        before.readsCatalogs() || after.readsCatalogs()
            ? LiveCatalogs.ifAny(() -> Api.of(terminal, given))
            : LiveCatalogs.NONE;
    before.registries().know(live.services());
    after.registries().know(live.services());
    TreeSet<String> assumed = new TreeSet<>();
    Map<SnapshotKey, Map<ResourceType, ResourceSet>> had =
        snapshots(before, given.required(0), live, assumed);
    Map<SnapshotKey, Map<ResourceType, ResourceSet>> has =
        snapshots(after, given.required(1), live, assumed);
    MeshDiff diff = new Differ(ProtoJson.of(after.types()).redacted()).between(had, has);
    Optional<Connected> connected =
        after.mesh().flatMap(mesh -> connected(given, mesh, has.keySet()));
    others(given, before, assumed);
    connected.ifPresent(envoys -> assumed.addAll(envoys.told()));
    List<String> held = new ArrayList<>(diff.jumps());
    connected.ifPresent(envoys -> held.addAll(envoys.held()));
    DiffReport report =
        new DiffReport(
            new DiffReport.Sides(given.required(0), given.required(1)),
            diff,
            held,
            connected.map(Connected::counts),
            List.copyOf(assumed));
    switch (format) {
      case "json" -> terminal.print(report.json());
      case "markdown" -> new DiffText(report, given.flag("--full")).markdown(terminal);
      default -> new DiffText(report, given.flag("--full")).text(terminal);
    }
    return given.flag("--detailed-exitcode") ? code(diff, !held.isEmpty()) : Exit.FINE;
  }

  private static int code(MeshDiff diff, boolean held) {
    if (held) {
      return Exit.HELD;
    } else if (diff.all().anyMatch(change -> change.effect().disturbs())) {
      return DISTURBS;
    } else if (diff.has(ResourceChange.Kind.REMOVED)) {
      return REMOVALS;
    } else if (diff.has(ResourceChange.Kind.ADDED)) {
      return ADDITIONS;
    }
    return diff.isEmpty() ? Exit.FINE : CHANGES;
  }

  private OfflineMesh side(Arguments given, int index) {
    String name = given.required(index);
    boolean revision = name.equals(HEAD) || name.matches("[1-9]\\d{0,8}");
    return revision && !Files.isDirectory(terminal.resolve(name))
        ? OfflineMesh.of(terminal, given, fetch(given, name))
        : OfflineMesh.of(terminal, given, FolderReader.read(terminal, name));
  }

  private FolderOnDisk.Reading fetch(Arguments given, String revision) {
    JsonNode answer = Api.of(terminal, given).get("mesh", revision);
    TreeMap<String, ByteString> files = new TreeMap<>();
    for (Map.Entry<String, JsonNode> file : answer.path("files").properties()) {
      files.put(
          file.getKey(), ByteString.copyFrom(Base64.getDecoder().decode(file.getValue().asText())));
    }
    return new FolderOnDisk.Reading(
        new MeshFolder(new Revision(answer.path("revision").asInt()), files), List.of());
  }

  private Map<SnapshotKey, Map<ResourceType, ResourceSet>> snapshots(
      OfflineMesh mesh, String name, LiveCatalogs live, Set<String> assumed) {
    TreeSet<Problem> problems = new TreeSet<>(mesh.problems());
    Map<SnapshotKey, Map<ResourceType, ResourceSet>> all = new LinkedHashMap<>();
    for (String stage :
        mesh.mesh().map(m -> m.stages().stream().map(StageRule::name).toList()).orElse(List.of())) {
      Rendering rendering = mesh.render(stage);
      if (rendering instanceof Rendering.Done done) {
        assume(mesh, done.rendered(), live, assumed);
        done.rendered()
            .groups()
            .keySet()
            .forEach(key -> all.put(key, OfflineSets.of(done.rendered(), key, mesh.registries())));
      } else if (rendering instanceof Rendering.Refused refused) {
        problems.addAll(refused.problems());
      }
    }
    if (problems.stream().anyMatch(Problem::isError)) {
      ProblemPrinter.lines(terminal, Problem.withoutRepeats(problems));
      throw Failure.input(name + " does not render, so nothing was compared");
    }
    return all;
  }

  /** What the comparison rests on, of what only a server can know. */
  private static void assume(
      OfflineMesh mesh, Rendered rendered, LiveCatalogs live, Set<String> assumed) {
    mesh.registries()
        .withoutFile(rendered.catalogs())
        .forEach(registry -> assumed.add(live.assumed(registry)));
    List<String> asked = Renderer.queries(rendered).stream().map(DiscoveryQuery::registry).toList();
    mesh.registries()
        .withoutFile(asked)
        .forEach(
            registry ->
                assumed.add(
                    "instances of registry "
                        + registry
                        + " are not known here: they are in no assignment, and their bytes are not"
                        + " counted"));
  }

  /** Which Envoys are connected; empty: no server answers. */
  private Optional<Connected> connected(Arguments given, Mesh after, Set<SnapshotKey> kinds) {
    try {
      JsonNode nodes = Api.of(terminal, given).get("nodes").path("nodes");
      return Optional.of(Connected.of(nodes, after, kinds));
    } catch (Failure e) {
      if (given.text("--server").isPresent() || terminal.variable("LISH_SERVER").isPresent()) {
        terminal.tell(terminal.yellow("Envoys are not counted: " + e.getMessage()));
      }
      return Optional.empty();
    }
  }

  /** Head is not what an Envoy has of a stage that is pinned, paused or held. */
  private void others(Arguments given, OfflineMesh before, Set<String> told) {
    if (!given.required(0).equals(HEAD) || before.folder().revision().equals(Revision.NONE)) {
      return;
    }
    int head = before.folder().revision().number();
    JsonNode delivery;
    try {
      delivery = Api.of(terminal, given).get("delivery");
    } catch (Failure e) {
      told.add("what stages serve is not known: " + e.getMessage());
      return;
    }
    for (JsonNode stage : delivery.path("stages")) {
      int serving = stage.path("serving").asInt(head);
      if (serving != head) {
        told.add(
            "Envoys of stage %s have revision %d, not %d (lish diff %d %s shows what they would get)"
                .formatted(stage.path("name").asText(), serving, head, serving, given.required(1)));
      }
    }
  }
}
