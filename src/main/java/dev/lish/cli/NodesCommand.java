package dev.lish.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lish nodes [ID]}. */
final class NodesCommand implements Command {
  private static final int VERSION = 12;

  private final Terminal terminal;

  NodesCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Command.spec(
            this,
            "nodes",
            "Lists the connected Envoys, or shows one.",
            "  lish nodes",
            "  lish nodes edge-1                what it has of each type",
            "  lish nodes edge-1 --config       what it should have, as JSON");
    spec.usageMessage()
        .description(
            "STATE is synced (it has what it should), behind (an answer is awaited), nacked (it"
                + " refused something; lish nodes ID says what) or unmatched (no stage or group"
                + " takes it, so it is sent nothing).");
    spec.addPositional(Command.positional(0, "[ID]", "The Envoy's node id."));
    spec.addOption(Command.flag("What the node should have.", "--config"));
    Command.addOutput(spec);
    Api.addOptions(spec);
    return spec;
  }

  @Override
  public int run(Arguments given) {
    boolean json = given.output("table", "json").equals("json");
    Api api = Api.of(terminal, given);
    if (given.positional(0).isEmpty()) {
      if (given.flag("--config")) {
        throw Failure.usage("--config without a node (expected: lish nodes ID --config)");
      }
      JsonNode all = api.get("nodes");
      return json ? Views.json(terminal, all) : table(all.path("nodes"));
    }
    String id = given.required(0);
    if (given.flag("--config")) {
      return Views.json(terminal, api.get("nodes", id, "config"));
    }
    JsonNode node = api.get("nodes", id);
    return json ? Views.json(terminal, node) : one(node);
  }

  private int table(JsonNode nodes) {
    Table table = new Table("ID", "CLUSTER", "STAGE", "GROUP", "REVISION", "STATE", "SINCE");
    boolean nacked = false;
    for (JsonNode node : nodes) {
      String state = Views.text(node, "state");
      nacked |= state.equals("nacked");
      table.add(
          Views.colour(terminal, state),
          Views.text(node, "id"),
          Views.text(node, "cluster"),
          Views.text(node, "stage"),
          group(node),
          Views.text(node, "revision"),
          state,
          Views.ago(terminal, node, "connectedSince"));
    }
    if (table.isEmpty()) {
      terminal.tell("no Envoy is connected (lish bootstrap prints the file that one starts with)");
    } else {
      table.print(terminal);
    }
    if (nacked) {
      terminal.tell("lish nodes ID says what a node rejected");
    }
    return Exit.FINE;
  }

  /** For example {@code edge tokyo-1}: the values of {@code by} beside the group. */
  private static String group(JsonNode node) {
    StringBuilder group = new StringBuilder(Views.text(node, "group"));
    for (Map.Entry<String, JsonNode> by : node.path("by").properties()) {
      group.append(' ').append(by.getValue().asText());
    }
    return group.toString();
  }

  private int one(JsonNode node) {
    String state = Views.text(node, "state");
    JsonNode locality = node.path("locality");
    terminal.print(
        terminal.bold(Views.text(node, "id")) + "  " + Views.colour(terminal, state).apply(state));
    terminal.print("cluster    " + Views.text(node, "cluster"));
    terminal.print(
        "locality   "
            + Views.text(locality, "region")
            + " / "
            + Views.text(locality, "zone")
            + " / "
            + Views.text(locality, "sub_zone"));
    terminal.print(
        "belongs to "
            + Views.text(node, "stage")
            + " / "
            + group(node)
            + ", revision "
            + Views.text(node, "revision"));
    terminal.print(
        "connected  "
            + Views.ago(terminal, node, "connectedSince")
            + " to "
            + Views.text(node, "replica")
            + ", "
            + Views.text(node, "protocol"));
    terminal.print("");
    Table table = new Table("TYPE", "SENT", "ACKED", "NACKED", "WHEN");
    List<String> rejections = new ArrayList<>();
    for (Map.Entry<String, JsonNode> type : node.path("types").properties()) {
      JsonNode has = type.getValue();
      boolean nacked = !Views.text(has, "nacked").equals("-");
      if (nacked) {
        rejections.add(rejection(type.getKey(), has));
      }
      table.add(
          nacked ? terminal::red : line -> line,
          type.getKey(),
          version(has, "sent"),
          version(has, "acked"),
          version(has, "nacked"),
          Views.ago(terminal, has, "at"));
    }
    table.print(terminal);
    // Not a column: what Envoy says must not be cut.
    rejections.forEach(terminal::print);
    return Exit.FINE;
  }

  private String rejection(String type, JsonNode has) {
    String file = Views.text(has, "file");
    return terminal.red(type + " was rejected" + (file.equals("-") ? "" : " (" + file + ")") + ":")
        + "\n  "
        + Views.text(has, "message");
  }

  /** Enough of it to compare by eye; all of it is in the JSON. */
  private static String version(JsonNode has, String field) {
    String version = Views.text(has, field);
    return version.length() <= VERSION ? version : version.substring(0, VERSION);
  }
}
