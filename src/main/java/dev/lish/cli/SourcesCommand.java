package dev.lish.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lish sources}. */
final class SourcesCommand implements Command {
  private final Terminal terminal;

  SourcesCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Command.spec(
            this,
            "sources",
            "Lists what the server reads, and whether it answers.",
            "  lish sources",
            "  lish sources -o json | jq '.sources[] | select(.state != \"current\")'");
    spec.usageMessage()
        .description(
            "STATE is current (it answers), stale (it does not; its last value is used) or missing"
                + " (it never did). ANSWERED is when it last gave a value.");
    Command.addOutput(spec);
    Api.addOptions(spec);
    return spec;
  }

  @Override
  public int run(Arguments given) {
    boolean json = given.output("table", "json").equals("json");
    JsonNode body = Api.of(terminal, given).get("sources");
    if (json) {
      return Views.json(terminal, body);
    }
    Table table = new Table("SOURCE", "STATE", "ANSWERED", "DETAIL");
    for (JsonNode source : body.path("sources")) {
      String state = Views.text(source, "state");
      table.add(
          Views.colour(terminal, state),
          Views.text(source, "name"),
          state,
          answered(source, state),
          Views.text(source, "detail"));
    }
    table.print(terminal);
    return Exit.FINE;
  }

  private String answered(JsonNode source, String state) {
    String ago = Views.ago(terminal, source, "since");
    return state.equals("stale") ? "silent for " + ago.replace(" ago", "") : ago;
  }
}
