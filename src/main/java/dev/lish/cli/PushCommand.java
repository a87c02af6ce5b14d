package dev.lish.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lish.check.Finding;
import dev.lish.check.Severity;
import dev.lish.model.Problem;
import dev.lish.model.ProblemKind;
import dev.lish.source.files.FolderOnDisk;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lish push}. */
final class PushCommand implements Command {
  private static final int REJECTED = 422;
  private static final String PATIENCE = "30";

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
                + " errors (exit code 1); --force pushes all the same. Templates see what --registry"
                + " gives, else what the server knows. The server then checks what"
                + " it must render, with what its registries know, and takes none of it when there"
                + " are Problems. Files that the folder does not have are deleted. A repository"
                + " that is a mirror of Git takes no push. Then it tells what each stage makes of"
                + " the revision, and who can let it go where it is held.")
        .exitCodeList(exitCodes());
    OfflineMesh.addOptions(spec);
    spec.addOption(Command.text("TEXT", "The commit's message (required).", "-m", "--message"));
    spec.addOption(
        Command.text("REVISION", "Refuse if the mesh is at another revision by now.", "--base"));
    spec.addOption(Command.flag("Push in spite of what check finds.", "--force"));
    spec.addOption(
        Command.flag("Run `lish test` on the folder first; push only if all passes.", "--test"));
    spec.addOption(
        Command.text(
            "SECONDS",
            "How long stages may take to serve it (default: " + PATIENCE + "; 0: do not look).",
            "--wait"));
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
    Duration patience = patience(given.text("--wait").orElse(PATIENCE));
    // Once: what is checked is what is pushed.
    FolderOnDisk.Reading reading = FolderReader.read(terminal, given.required(0));
    ObjectNode body = body(given, reading, message);
    if (!check(given, reading, () -> Api.of(terminal, given), json)) {
      return Exit.INPUT;
    }
    if (given.flag("--test") && !TestCommand.passes(terminal, given, !json)) {
      throw Failure.input("nothing was pushed");
    }
    Api api = Api.of(terminal, given);
    Optional<Set<String>> before = patience.isZero() ? Optional.empty() : holds(api);
    Api.Answer answer = api.post(body, List.of(200, REJECTED), "push");
    if (answer.status() == REJECTED) {
      return reject(answer.body(), json);
    }
    return landed(api, answer.body(), json, before, patience);
  }

  /** Tells what became of it: a commit alone reaches no Envoy. */
  private int landed(
      Api api, JsonNode commit, boolean json, Optional<Set<String>> before, Duration patience) {
    String revision = Views.text(commit, "revision");
    if (!json) {
      terminal.print(
          commit.path("changed").asBoolean()
              ? "pushed as revision " + terminal.bold(revision)
              : "nothing to change; the mesh is at revision " + revision);
    }
    int exitCode = Exit.FINE;
    if (!patience.isZero()) {
      try {
        Landing landing =
            Landing.await(api, commit.path("revision").asInt(), patience, before.orElse(Set.of()));
        exitCode = landing.isFine() ? Exit.FINE : Exit.HELD;
        if (json) {
          landing.addTo((ObjectNode) commit);
        } else {
          landing.print(terminal);
        }
      } catch (Failure e) {
        terminal.tell(terminal.yellow("what stages make of it is not known: ") + e.getMessage());
        exitCode = Exit.WORLD;
      }
    }
    if (json) {
      Views.json(terminal, commit);
    }
    return exitCode;
  }

  /** What the guard keeps back already; empty: it cannot be told. */
  private static Optional<Set<String>> holds(Api api) {
    try {
      return Optional.of(Landing.holds(api));
    } catch (Failure e) {
      // The push itself meets with the same, and says so.
      return Optional.empty();
    }
  }

  /** True when it may be pushed; what was found is told either way. */
  private boolean check(
      Arguments given, FolderOnDisk.Reading reading, Supplier<Api> api, boolean json) {
    OfflineMesh mesh = OfflineMesh.of(terminal, given, reading);
    if (mesh.readsCatalogs()) {
      // Else what a template makes of a registry would be missing, and routes to it dangle.
      mesh.registries().know(LiveCatalogs.ifAny(api).services());
    }
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

  private ObjectNode body(Arguments given, FolderOnDisk.Reading reading, String message) {
    if (!reading.problems().isEmpty()) {
      ProblemPrinter.lines(terminal, reading.problems());
      throw Failure.input("nothing was pushed");
    }
    if (reading.folder().files().isEmpty()) {
      throw Failure.input(given.required(0) + ": an empty folder (expected: mesh.yaml and more)");
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

  private static Map<String, String> exitCodes() {
    Map<String, String> codes = Exit.list();
    codes.put("0", "every stage that follows head serves it");
    codes.put("1", "nothing was pushed: check or a test found errors, or the server refused it");
    codes.put("14", "pushed, but a stage that follows head does not serve it: held, refused, late");
    return codes;
  }

  private static Duration patience(String seconds) {
    if (!seconds.matches("0|[1-9]\\d{0,3}")) {
      throw Failure.usage("--wait " + seconds + " (expected: a number of seconds, 0..9999)");
    }
    return Duration.ofSeconds(Integer.parseInt(seconds));
  }

  private static int number(String revision) {
    if (!revision.matches("[1-9]\\d{0,8}")) {
      throw Failure.usage("--base " + revision + " (expected: a revision of the mesh)");
    }
    return Integer.parseInt(revision);
  }
}
