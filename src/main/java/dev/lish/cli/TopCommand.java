package dev.lish.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lish top}. */
final class TopCommand implements Command {
  private final Terminal terminal;
  private final Function<PrintStream, Optional<Screen>> screens;

  TopCommand(Terminal terminal) {
    this(terminal, TtyScreen::open);
  }

  /** Takes the terminal for itself by this. */
  TopCommand(Terminal terminal, Function<PrintStream, Optional<Screen>> screens) {
    this.terminal = terminal;
    this.screens = screens;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Command.spec(
            this,
            "top",
            "Shows the traffic of each upstream cluster, live.",
            "  lish top",
            "  lish top --sort errors --window 5m",
            "  lish top --once                  one look, for pipes");
    spec.usageMessage()
        .description(
            "From the access logs that this server received. ERRORS are 5xx and requests without a"
                + " response; P50 to P99 are milliseconds, FLAGS Envoy's response flags. Keys while"
                + " it runs: s sorts by the next column, r reverses, w takes the next window, v"
                + " changes between clusters and versions, q quits.");
    spec.addOption(Command.text("1m|5m|1h", "How far to look back (default: 1m).", "--window"));
    spec.addOption(
        Command.text(
            "COLUMN", "rate (default), errors, p50, p95, p99 (greatest first) or name.", "--sort"));
    spec.addOption(Command.flag("The other way round.", "--reverse"));
    spec.addOption(Command.flag("Shows it once; so does a pipe.", "--once"));
    spec.addOption(Command.flag("By stage and revision instead of clusters.", "--versions"));
    Command.addOutput(spec);
    Api.addOptions(spec);
    return spec;
  }

  @Override
  public int run(Arguments given) {
    boolean json = given.output("table", "json").equals("json");
    TopView view =
        new TopView(
            known(given, "--sort", TopView.COLUMNS),
            given.flag("--reverse"),
            known(given, "--window", TopView.WINDOWS),
            given.flag("--versions"));
    Api api = Api.of(terminal, given);
    JsonNode traffic = fetch(api, view);
    if (json) {
      return Views.json(terminal, traffic);
    }
    if (terminal.style().width().isPresent() && !given.flag("--once")) {
      Optional<Screen> screen = screens.apply(terminal.out());
      if (screen.isPresent()) {
        try (Screen taken = screen.get()) {
          return live(taken, api, view, traffic);
        }
      }
    }
    TopTable.lines(terminal, traffic, view).forEach(terminal::print);
    return Exit.FINE;
  }

  private static JsonNode fetch(Api api, TopView view) {
    return api.get(Map.of("window", view.window()), "traffic");
  }

  private static String known(Arguments given, String option, List<String> values) {
    String value = given.text(option).orElse(values.get(0));
    if (!values.contains(value)) {
      throw Failure.usage(option + " " + value + " (expected: " + String.join(", ", values) + ")");
    }
    return value;
  }

  private int live(Screen screen, Api api, TopView first, JsonNode fetched) {
    TopView view = first;
    JsonNode traffic = fetched;
    String trouble = "";
    while (true) {
      screen.draw(frame(screen.size(), traffic, view, trouble));
      Optional<TopView> next = screen.key().map(view::after).orElse(Optional.of(view));
      if (next.isEmpty()) {
        return Exit.FINE;
      }
      view = next.get();
      try {
        traffic = fetch(api, view);
        trouble = "";
      } catch (Failure e) {
        // A server that starts again is looked at again.
        trouble = String.valueOf(e.getMessage());
      }
    }
  }

  /** As many lines as the screen has, the keys in the last one. */
  private List<String> frame(Screen.Size size, JsonNode traffic, TopView view, String trouble) {
    Terminal fitting =
        new Terminal(
            terminal.out(),
            terminal.err(),
            new Terminal.Style(terminal.style().colour(), Optional.of(size.columns())),
            terminal.environment(),
            terminal.directory(),
            terminal.clock());
    List<String> lines = new ArrayList<>(TopTable.lines(fitting, traffic, view));
    lines.set(0, cut(lines.get(0), size.columns()));
    if (!trouble.isEmpty()) {
      lines.set(0, terminal.red(cut(trouble, size.columns())));
    }
    int room = Math.max(1, size.rows() - 1);
    if (lines.size() > room) {
      int more = lines.size() - room + 1;
      lines.subList(room - 1, lines.size()).clear();
      lines.add(cut("… and " + more + " more", size.columns()));
    }
    while (lines.size() < room) {
      lines.add("");
    }
    lines.add(cut(view.help(), size.columns()));
    return lines;
  }

  private static String cut(String line, int columns) {
    return line.codePointCount(0, line.length()) <= columns
        ? line
        : line.substring(0, line.offsetByCodePoints(0, columns));
  }
}
