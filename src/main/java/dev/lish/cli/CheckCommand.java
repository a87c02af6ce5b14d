package dev.lish.cli;

import dev.lish.model.Problem;
import dev.lish.render.Mesh;
import dev.lish.render.Renderer;
import dev.lish.source.DiscoveryQuery;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lish check}. */
final class CheckCommand implements Command {
  private final Terminal terminal;

  CheckCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Command.spec(
            this,
            "check",
            "Tells everything that is wrong with a mesh folder.",
            "  lish check config",
            "  lish check config --registry consul=test/consul.yaml",
            "  lish check config -o json | jq '.problems[].message'");
    spec.usageMessage()
        .description(
            "Renders every stage and group, as the server would, and prints one path:line: message"
                + " for each Problem. No server is asked: secrets are placeholders, and a registry"
                + " without --registry has no services.");
    OfflineMesh.addOptions(spec);
    Command.addOutput(spec);
    return spec;
  }

  @Override
  public int run(Arguments given) {
    boolean json = given.output("lines", "json").equals("json");
    OfflineMesh mesh = OfflineMesh.read(terminal, given);
    TreeSet<Problem> found = new TreeSet<>(mesh.problems());
    Set<DiscoveryQuery> queries = new HashSet<>();
    int snapshots = 0;
    for (String stage : mesh.mesh().map(CheckCommand::stages).orElse(List.of())) {
      snapshots +=
          mesh.render(stage)
              .match(
                  done -> {
                    found.addAll(done.warnings());
                    queries.addAll(Renderer.queries(done.rendered()));
                    return done.rendered().groups().size();
                  },
                  waiting -> {
                    throw new IllegalStateException("waits offline for " + waiting.registries());
                  },
                  refused -> {
                    found.addAll(refused.problems());
                    return 0;
                  });
    }
    List<Problem> problems = Problem.withoutRepeats(found);
    mesh.registries().warn(terminal, queries);
    if (json) {
      terminal.print(ProblemPrinter.json(problems));
    } else {
      ProblemPrinter.lines(terminal, problems);
    }
    long errors = problems.stream().filter(Problem::isError).count();
    summary(given.required(0), mesh, snapshots, errors, problems.size() - errors);
    return errors == 0 ? Exit.FINE : Exit.INPUT;
  }

  /** A stage that renders another's bytes has nothing of its own to check. */
  private static List<String> stages(Mesh mesh) {
    return mesh.renders().entrySet().stream()
        .filter(e -> e.getKey().equals(e.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private void summary(String name, OfflineMesh mesh, int snapshots, long errors, long warnings) {
    String what =
        name
            + ": "
            + ProblemPrinter.plural(mesh.fileCount(), "file")
            + ", "
            + ProblemPrinter.plural(mesh.mesh().map(m -> m.stages().size()).orElse(0), "stage");
    String count = ProblemPrinter.count(errors, warnings);
    if (errors > 0) {
      terminal.tell(what + ": " + terminal.red(count));
    } else {
      terminal.tell(
          what
              + ", "
              + ProblemPrinter.plural(snapshots, "snapshot")
              + ": "
              + terminal.green("fine")
              + (count.isEmpty() ? "" : ", " + terminal.yellow(count)));
    }
  }
}
