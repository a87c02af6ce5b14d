package dev.lish.cli;

import dev.lish.check.Finding;
import dev.lish.check.Rule;
import dev.lish.check.Severity;
import dev.lish.render.ApiHistory;
import java.time.LocalDate;
import java.util.List;
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
            "  lish check config --envoy-version 1.36 --envoy-version 1.40",
            "  lish check config -o github",
            "  lish check config -o json | jq '.problems[].message'");
    spec.usageMessage()
        .description(
            "Renders every stage and group, as the server would, and looks for what an Envoy would"
                + " refuse, what would make requests fail and what has taken meshes down. Each rule"
                + " has a section in docs/checks.md. No server is asked: secrets are placeholders,"
                + " and a registry without --registry has no services.");
    OfflineMesh.addOptions(spec);
    spec.addOption(
        Command.many(
            "VERSION",
            "An Envoy version in use, such as 1.36: tells what it calls deprecated, and what it"
                + " does not know; may be repeated. Without: envoy_versions of checks.yaml.",
            "--envoy-version"));
    spec.addOption(
        Command.text(
            "FORMAT",
            "text; for programs json, sarif or junit; github: notes in a review.",
            "-o",
            "--output"));
    spec.addOption(
        Command.text(
            "SEVERITY",
            "Tells what is at least that bad: error, warning (default) or info.",
            "--severity"));
    spec.addOption(
        Command.text(
            "SEVERITY",
            "Exit code 1 for what is at least that bad: error (default), warning or info.",
            "--fail-on"));
    return spec;
  }

  @Override
  public int run(Arguments given) {
    String format = given.output("text", "json", "sarif", "junit", "github");
    Severity shown = severity(given, "--severity", Severity.WARNING);
    Severity failing = severity(given, "--fail-on", Severity.ERROR);
    List<String> versions = versions(given);
    OfflineMesh mesh = OfflineMesh.read(terminal, given);
    CheckedMesh checked = CheckedMesh.of(mesh, versions, LocalDate.now(terminal.clock()));
    mesh.registries().warn(terminal, checked.queries());
    List<Finding> findings =
        checked.findings().stream()
            .filter(f -> f.rule().severity().reaches(shown) || f.rule().severity().reaches(failing))
            .toList();
    FindingPrinter.print(terminal, findings, format, given.required(0), failing);
    boolean fails = checked.findings().stream().anyMatch(f -> f.rule().severity().reaches(failing));
    summary(given.required(0), mesh, checked, fails);
    checked.findings().stream()
        .filter(f -> f.rule() == Rule.NOT_CHECKED)
        .forEach(f -> terminal.tell(f.path() + ":" + f.line() + ": " + f.message()));
    return fails ? Exit.INPUT : Exit.FINE;
  }

  private static List<String> versions(Arguments given) {
    TreeSet<String> versions = new TreeSet<>();
    for (String text : given.all("--envoy-version")) {
      versions.add(
          ApiHistory.known()
              .version(text)
              .orElseThrow(
                  () ->
                      Failure.usage(
                          "--envoy-version %s (expected: one of %s)"
                              .formatted(text, String.join(", ", ApiHistory.known().versions())))));
    }
    return List.copyOf(versions);
  }

  private static Severity severity(Arguments given, String option, Severity normal) {
    return given
        .text(option)
        .map(
            text -> {
              for (Severity severity : Severity.values()) {
                if (severity.label().equals(text)) {
                  return severity;
                }
              }
              throw Failure.usage(option + " " + text + " (expected: error, warning or info)");
            })
        .orElse(normal);
  }

  private void summary(String name, OfflineMesh mesh, CheckedMesh checked, boolean fails) {
    long errors = checked.count(Severity.ERROR);
    String what =
        name
            + ": "
            + ProblemPrinter.plural(mesh.fileCount(), "file")
            + ", "
            + ProblemPrinter.plural(mesh.mesh().map(m -> m.stages().size()).orElse(0), "stage");
    String count = ProblemPrinter.count(errors, checked.count(Severity.WARNING));
    if (errors > 0 || fails) {
      String infos = ProblemPrinter.plural(checked.count(Severity.INFO), "info");
      terminal.tell(what + ": " + terminal.red(count.isEmpty() ? infos : count));
    } else {
      terminal.tell(
          what
              + ", "
              + ProblemPrinter.plural(checked.snapshots(), "snapshot")
              + ": "
              + terminal.green("fine")
              + (count.isEmpty() ? "" : ", " + terminal.yellow(count)));
    }
  }
}
