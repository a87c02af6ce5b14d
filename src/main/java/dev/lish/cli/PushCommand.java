package dev.lish.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lish.check.Finding;
import dev.lish.check.Severity;
import dev.lish.model.Problem;
import dev.lish.model.ProblemKind;
import dev.lish.source.files.FolderOnDisk;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lish push}. */
final class PushCommand implements Command {
  private static final int REJECTED = 422;

  private final Terminal terminal;

  PushCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Command.spec(
            this,
            "push",
            "Makes the mesh equal to a folder, in one commit.",
            "  lish push config -m \"payments: 2 s timeout\"",
            "",
            "  # a CI job: only if nobody committed since revision 41",
            "  LISH_SERVER=https://lish.example.com:8080 LISH_TOKEN=… \\",
            "      lish push config -m \"$CI_COMMIT_MESSAGE\" --base 41");
    spec.usageMessage()
        .description(
            "The folder is checked first, as by lish check, and nothing is pushed when there are"
                + " errors (exit code 1); --force pushes all the same. The server then checks what"
                + " it must render, with what its registries know, and takes none of it when there"
                + " are Problems. Files that the folder does not have are deleted. A repository"
                + " that is a mirror of Git takes no push.");
    spec.addPositional(Command.positional(0, "DIR", "The mesh folder."));
    spec.addOption(Command.text("TEXT", "The commit's message (required).", "-m", "--message"));
    spec.addOption(
        Command.text("REVISION", "Refuse if the mesh is at another revision by now.", "--base"));
    spec.addOption(Command.flag("Push in spite of what check finds.", "--force"));
    spec.addOption(
        Command.flag("Run `lish test` on the folder first; push only if all passes.", "--test"));
    TestCommand.addOptions(spec);
    Command.addOutput(spec);
    Api.addOptions(spec);
    return spec;
  }

  @Override
  public int run(Arguments given) {
    boolean json = given.output("table", "json").equals("json");
    String message = given.text("--message").map(String::strip).orElse("");
    if (message.isEmpty()) {
      throw Failure.usage("-m is missing (expected: the commit's message)");
    }
    ObjectNode body = body(given, message);
    if (!check(given, json)) {
      return Exit.INPUT;
    }
    if (given.flag("--test") && !TestCommand.passes(terminal, given, !json)) {
      throw Failure.input("nothing was pushed");
    }
    Api.Answer answer = Api.of(terminal, given).post(body, List.of(200, REJECTED), "push");
    if (answer.status() == REJECTED) {
      return reject(answer.body(), json);
    }
    if (json) {
      return Views.json(terminal, answer.body());
    }
    String revision = Views.text(answer.body(), "revision");
    terminal.print(
        answer.body().path("changed").asBoolean()
            ? "pushed as revision " + terminal.bold(revision)
            : "nothing to change; the mesh is at revision " + revision);
    return Exit.FINE;
  }

  /** True when it may be pushed; what was found is told either way. */
  private boolean check(Arguments given, boolean json) {
    OfflineMesh mesh = OfflineMesh.read(terminal, given);
    List<Finding> found =
        CheckedMesh.of(mesh, List.of(), LocalDate.now(terminal.clock())).findings().stream()
            .filter(f -> f.rule().severity().reaches(Severity.WARNING))
            .toList();
    boolean errors = found.stream().anyMatch(f -> f.rule().severity() == Severity.ERROR);
    if (json && errors && !given.flag("--force")) {
      FindingPrinter.print(terminal, found, "json", given.required(0), Severity.ERROR);
    } else {
      // What was asked for is the answer of the server.
      FindingPrinter.tell(terminal, found);
    }
    if (errors && !given.flag("--force")) {
      terminal.tell("nothing was pushed (--force pushes what the server can render)");
      return false;
    }
    return true;
  }

  private ObjectNode body(Arguments given, String message) {
    String name = given.required(0);
    FolderOnDisk.Reading reading = FolderReader.read(terminal, name);
    if (!reading.problems().isEmpty()) {
      ProblemPrinter.lines(terminal, reading.problems());
      throw Failure.input("nothing was pushed");
    }
    if (reading.folder().files().isEmpty()) {
      throw Failure.input(name + ": an empty folder (expected: mesh.yaml and more)");
    }
    ObjectNode body = Json.MAPPER.createObjectNode().put("message", message);
    given.text("--base").ifPresent(base -> body.put("base", number(base)));
    ObjectNode files = body.putObject("files");
    reading
        .folder()
        .files()
        .forEach(
            (path, content) ->
                files.put(path, Base64.getEncoder().encodeToString(content.toByteArray())));
    return body;
  }

  private int reject(JsonNode body, boolean json) {
    if (json) {
      Views.json(terminal, body);
      return Exit.INPUT;
    }
    List<Problem> problems = new ArrayList<>();
    for (JsonNode problem : body.path("problems")) {
      problems.add(
          new Problem(
              ProblemKind.OTHER,
              problem.path("severity").asText().equals("warning")
                  ? Problem.Severity.WARNING
                  : Problem.Severity.ERROR,
              problem.path("path").asText(),
              problem.path("line").asInt(),
              problem.path("message").asText()));
    }
    ProblemPrinter.lines(terminal, problems);
    throw Failure.input("nothing was pushed");
  }

  private static int number(String revision) {
    if (!revision.matches("[1-9]\\d{0,8}")) {
      throw Failure.usage("--base " + revision + " (expected: a revision of the mesh)");
    }
    return Integer.parseInt(revision);
  }
}
