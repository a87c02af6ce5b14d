package dev.lish.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lish problems}. */
final class ProblemsCommand implements Command {
  private final Terminal terminal;

  ProblemsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Command.spec(
            this,
            "problems",
            "Lists what is wrong with the mesh that the server has.",
            "  lish problems",
            "  lish check config        the same before the commit");
    spec.usageMessage()
        .description(
            "One path:line: message each, and the stages and revision that it concerns. An error"
                + " keeps these stages on the revision that they have.");
    Command.addOutput(spec);
    Api.addOptions(spec);
    return spec;
  }

  @Override
  public int run(Arguments given) {
    boolean json = given.output("table", "json").equals("json");
    JsonNode body = Api.of(terminal, given).get("problems");
    if (json) {
      return Views.json(terminal, body);
    }
    Map<String, TreeSet<String>> stages = new LinkedHashMap<>();
    for (JsonNode problem : body.path("problems")) {
      String stage = Views.text(problem, "stage");
      String revision = Views.text(problem, "revision");
      stages
          .computeIfAbsent(line(problem), line -> new TreeSet<>())
          .add(stage + (revision.equals("-") ? "" : " " + revision));
    }
    stages.forEach((line, where) -> terminal.print(line + " [" + String.join(", ", where) + "]"));
    if (stages.isEmpty()) {
      terminal.tell("no problems");
    }
    return Exit.FINE;
  }

  private String line(JsonNode problem) {
    boolean error = problem.path("severity").asText().equals("error");
    String clean = Terminal.clean(ProblemPrinter.line(problem));
    return error ? terminal.red(clean) : terminal.yellow(clean);
  }
}
