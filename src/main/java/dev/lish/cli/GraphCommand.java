package dev.lish.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lish graph}. */
final class GraphCommand implements Command {
  private final Terminal terminal;

  GraphCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Command.spec(
            this,
            "graph",
            "Prints who calls whom, as access logs say.",
            "  lish graph | dot -Tsvg > mesh.svg",
            "  lish graph -o mermaid --window 1h");
    spec.addOption(Command.text("1m|5m|1h", "How far to look back (default: 5m).", "--window"));
    spec.addOption(
        Command.text(
            "dot|mermaid|json", "For Graphviz (default), Mermaid or programs.", "-o", "--output"));
    Api.addOptions(spec);
    return spec;
  }

  @Override
  public int run(Arguments given) {
    String format = given.output("dot", "mermaid", "json");
    String window = given.text("--window").orElse("5m");
    if (!List.of("1m", "5m", "1h").contains(window)) {
      throw Failure.usage("--window " + window + " (expected: 1m, 5m or 1h)");
    }
    Api api = Api.of(terminal, given);
    if (format.equals("json")) {
      return Views.json(terminal, api.get(Map.of("window", window), "traffic", "edges"));
    }
    Map<String, String> query = Map.of("window", window, "format", format);
    terminal.print(api.text(query, "traffic", "edges").stripTrailing());
    return Exit.FINE;
  }
}
