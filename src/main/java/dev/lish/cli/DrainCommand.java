package dev.lish.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lish drain} and {@code undrain}. */
final class DrainCommand implements Command {
  private final Terminal terminal;
  private final boolean back;

  private DrainCommand(Terminal terminal, boolean back) {
    this.terminal = terminal;
    this.back = back;
  }

  static DrainCommand drain(Terminal terminal) {
    return new DrainCommand(terminal, false);
  }

  static DrainCommand undrain(Terminal terminal) {
    return new DrainCommand(terminal, true);
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        back
            ? Command.spec(
                this,
                "undrain",
                "Brings back what was drained.",
                "  lish undrain 10.0.0.7",
                "  lish status          lists what is drained")
            : Command.spec(
                this,
                "drain",
                "Takes an instance, or a host with all its instances, out of service.",
                "  lish drain 10.0.0.7 --reason \"disk replaced\"",
                "  lish drain 10.0.0.7:9001 --reason \"core dumps\"",
                "  lish drain web-7 --reason \"kernel\"          a node of Consul");
    if (!back) {
      spec.usageMessage()
          .description(
              "It is absent from every assignment until lish undrain, so it gets no new traffic"
                  + " even when Envoy panics; requests in flight finish. Refused when less than half"
                  + " of a cluster's registered hosts would stay up.");
      spec.addOption(
          Command.flag("Drains whatever is left, and what is not known yet.", "--force"));
    }
    spec.addPositional(
        Command.positional(
            0,
            "TARGET",
            "An instance (its id, or ADDRESS:PORT) or a host (its address, or its node in Consul)."));
    spec.addOption(
        Command.text(
            "TEXT",
            "Why; kept with who and when" + (back ? "." : " (required)."),
            "-r",
            "--reason"));
    spec.addOption(
        Command.flag(
            "Acts on this replica at once, while Central Dogma is down; shared when it is back.",
            "--local"));
    Api.addOptions(spec);
    return spec;
  }

  @Override
  public int run(Arguments given) {
    String target = given.required(0);
    String reason = given.text("--reason").map(String::strip).orElse("");
    if (reason.isEmpty() && !back) {
      throw Failure.usage(
          "--reason is missing (expected: why, for whoever finds the host like that)");
    }
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("target", target);
    if (!reason.isEmpty()) {
      body.put("reason", reason);
    }
    if (!back) {
      body.put("force", given.flag("--force"));
    }
    body.put("local", given.flag("--local"));
    String verb = back ? "undrain" : "drain";
    Api.Answer answer = Api.of(terminal, given).post(body, List.of(200), verb);
    terminal.print(verb + " " + target + OrderCommand.outcome(terminal, given, answer));
    answer
        .body()
        .path("notes")
        .forEach(note -> terminal.print(terminal.yellow(Terminal.clean(note.asText()))));
    return Exit.FINE;
  }
}
