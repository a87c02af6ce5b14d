package dev.lish.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lish status}. */
final class StatusCommand implements Command {
  private final Terminal terminal;

  StatusCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Command.spec(
            this,
            "status",
            "Shows what the server serves: stages, revisions, pauses, Envoys.",
            "  lish status",
            "  lish status --server https://lish-2.example.com:8080 --tls-ca ca.crt");
    Command.addOutput(spec);
    Api.addOptions(spec);
    return spec;
  }

  @Override
  public int run(Arguments given) {
    boolean json = given.output("table", "json").equals("json");
    Api api = Api.of(terminal, given);
    JsonNode status = api.get("status");
    if (json) {
      return Views.json(terminal, status);
    }
    head(status);
    terminal.print("");
    stages(api.get("delivery").path("stages"));
    terminal.print("");
    membership(status.path("membership"));
    terminal.print("Envoys      " + nodes(status.path("nodes")));
    terminal.print("Sources     " + sources(status.path("sources")));
    status.path("drains").forEach(this::drain);
    return Exit.FINE;
  }

  private void head(JsonNode status) {
    boolean ready = status.path("ready").asBoolean();
    Duration uptime = Duration.ofSeconds(status.path("uptimeSeconds").asLong());
    terminal.print(
        "Lish "
            + Views.text(status, "version")
            + " on "
            + Views.text(status, "replica")
            + ", up for "
            + Ages.of(uptime)
            + ", "
            + (ready ? terminal.green("ready") : terminal.red("not ready")));
    status.path("notReady").forEach(why -> terminal.print("  " + Terminal.clean(why.asText())));
    terminal.print("The mesh is at revision " + Views.text(status, "head") + ".");
  }

  private void stages(JsonNode stages) {
    Table table = new Table("STAGE", "SERVES", "TARGET", "FOLLOWS", "STATE", "PROBLEMS");
    List<String> orders = new ArrayList<>();
    for (JsonNode stage : stages) {
      boolean paused = stage.path("paused").asBoolean();
      boolean pinned = stage.path("follow").asText().equals("revision");
      boolean same = Views.text(stage, "serving").equals(Views.text(stage, "target"));
      boolean errors = stage.path("problems").path("errors").asLong() > 0;
      table.add(
          errors || stage.path("local").asBoolean()
              ? terminal::red
              : paused || !same ? terminal::yellow : line -> line,
          Views.text(stage, "name"),
          Views.text(stage, "serving"),
          Views.text(stage, "target"),
          pinned ? Views.text(stage, "revision") : "head",
          state(stage, same),
          Views.problems(stage.path("problems")));
      if (errors) {
        orders.add(
            terminal.red(
                Views.text(stage, "name")
                    + " keeps what it serves: lish problems says what is wrong with the target"));
      }
      if (paused || pinned) {
        orders.add(order(stage, paused, pinned));
      }
    }
    table.print(terminal);
    // Not a column: at 3 a.m. who did it and why must not be cut.
    orders.forEach(terminal::print);
  }

  private static String state(JsonNode stage, boolean same) {
    List<String> waits = new ArrayList<>();
    stage.path("waitingFor").forEach(registry -> waits.add(Terminal.clean(registry.asText())));
    String state;
    if (stage.path("paused").asBoolean()) {
      state = "paused";
    } else if (!waits.isEmpty()) {
      state = "waits for " + String.join(", ", waits);
    } else {
      boolean pinned = stage.path("follow").asText().equals("revision");
      boolean refused = stage.path("problems").path("errors").asLong() > 0;
      state = !same ? refused ? "refused" : "behind" : pinned ? "pinned" : "up to date";
    }
    return stage.path("local").asBoolean() ? state + ", local" : state;
  }

  /** What holds a stage back from head, who ordered it, and why. */
  private String order(JsonNode stage, boolean paused, boolean pinned) {
    String what =
        (paused ? "paused" : "")
            + (paused && pinned ? " and " : "")
            + (pinned ? "pinned to " + Views.text(stage, "revision") : "");
    return terminal.yellow(
        "%s is %s: %s (%s, %s)"
            .formatted(
                Views.text(stage, "name"),
                what,
                Views.text(stage, "reason"),
                Views.text(stage, "by"),
                Views.ago(terminal, stage, "at")));
  }

  private void membership(JsonNode membership) {
    String pending = Views.text(membership, "pending");
    terminal.print("Membership  as of revision " + Views.text(membership, "revision"));
    if (!pending.equals("-")) {
      terminal.print(
          terminal.yellow(
              "            revision " + pending + " waits, since it would move Envoys:"));
      membership
          .path("moves")
          .forEach(m -> terminal.print("              " + Terminal.clean(m.asText())));
      terminal.print("            lish promote membership " + pending + " --reason TEXT lets it");
    }
  }

  private static String nodes(JsonNode nodes) {
    List<String> counts = new ArrayList<>();
    for (Map.Entry<String, JsonNode> state : nodes.properties()) {
      if (state.getValue().asInt() > 0) {
        counts.add(state.getValue().asInt() + " " + state.getKey());
      }
    }
    String hint =
        nodes.path("nacked").asInt() > 0 || nodes.path("unmatched").asInt() > 0
            ? " (lish nodes says which)"
            : "";
    return counts.isEmpty() ? "none connected" : String.join(", ", counts) + hint;
  }

  private static String instances(int count) {
    return count == 1 ? "1 instance" : count + " instances";
  }

  /** What operators took out, who, why and for how long: it is forgotten easily. */
  private void drain(JsonNode drain) {
    boolean local = drain.path("local").asBoolean();
    String line =
        "Drained     %s (%s): %s (%s, %s)%s"
            .formatted(
                Views.text(drain, "target"),
                instances(drain.path("instances").asInt()),
                Views.text(drain, "reason"),
                Views.text(drain, "by"),
                Views.ago(terminal, drain, "at"),
                local ? ", on this replica alone" : "");
    String conflict = drain.path("conflict").asText("");
    terminal.print(local ? terminal.red(line) : terminal.yellow(line));
    List<String> inClusters = new ArrayList<>();
    drain.path("inClusters").forEach(cluster -> inClusters.add(Terminal.clean(cluster.asText())));
    if (!inClusters.isEmpty()) {
      terminal.print(
          terminal.red(
              "            NOT drained where the mesh has it written in a cluster: "
                  + String.join(", ", inClusters)));
    }
    if (drain.hasNonNull("conflict")) {
      terminal.print(terminal.red("            " + Terminal.clean(conflict)));
    }
  }

  private String sources(JsonNode sources) {
    List<String> bad = new ArrayList<>();
    for (JsonNode source : sources) {
      if (!source.path("state").asText().equals("current")) {
        bad.add(Views.text(source, "name") + " is " + Views.text(source, "state"));
      }
    }
    return bad.isEmpty()
        ? "all " + sources.size() + " answer"
        : terminal.red(String.join(", ", bad) + " (lish sources says why)");
  }
}
