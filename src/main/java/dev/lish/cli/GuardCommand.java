package dev.lish.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lish guard}, {@code guard release} and {@code guard what-if}. */
final class GuardCommand implements Command {
  /** What each option is of. */
  private static final Map<String, String> OPTIONS =
      new TreeMap<>(
          Map.of(
              "--reason", "release",
              "--add", "what-if",
              "--priority", "what-if",
              "--remove", "what-if"));

  private final Terminal terminal;

  GuardCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Command.spec(
            this,
            "guard",
            "Shows how far each cluster is from panic and what is kept back; lets it go.",
            "  lish guard",
            "  lish guard release payments --reason \"they are really gone\"",
            "  lish guard what-if payments --add 40",
            "  lish guard what-if payments --add 5 --priority 1",
            "  lish guard what-if --remove 10.0.0.7 10.0.0.8:8080");
    spec.usageMessage()
        .description(
            "UP counts hosts that have been passing for the settle time. ADD is how many could be"
                + " added at once while down, LOSE how many could go down, before Envoy would use"
                + " every listed host. JOIN is the longest that a new host takes to get traffic once"
                + " it is sent and passes Envoy's checks.");
    spec.addPositional(Command.positional(0, "[release|what-if]", "Without it, shows all."));
    spec.addPositional(
        Command.positional(
            1, "[CLUSTER]", "The cluster; catalog:REGISTRY releases services that left together."));
    spec.addOption(Command.text("N", "So many hosts more (what-if).", "--add"));
    spec.addOption(
        Command.text("N", "Their priority (what-if); the first, unless given.", "--priority"));
    spec.addOption(
        Command.list("HOST", "Without these (what-if): ADDRESS or ADDRESS:PORT.", "--remove"));
    spec.addOption(Command.text("TEXT", "Why (release).", "-r", "--reason"));
    Command.addOutput(spec);
    Api.addOptions(spec);
    return spec;
  }

  @Override
  public int run(Arguments given) {
    String action = given.positional(0).orElse("show");
    OPTIONS.forEach((option, of) -> refuse(given, option, of, action));
    return switch (action) {
      case "show" -> show(given);
      case "release" -> release(given);
      case "what-if" -> whatIf(given);
      default ->
          throw Failure.usage("guard " + action + " (expected: nothing, release or what-if)");
    };
  }

  /** An option that an action has no use for is a mistake: the user meant another action. */
  private static void refuse(Arguments given, String option, String of, String action) {
    boolean is =
        option.equals("--remove") ? !given.all(option).isEmpty() : given.text(option).isPresent();
    if (is && !of.equals(action)) {
      throw Failure.usage(
          "guard %s (expected: guard %s … %s)"
              .formatted(action.equals("show") ? option : action + " " + option, of, option));
    }
  }

  private static String cluster(Arguments given) {
    return given
        .positional(1)
        .orElseThrow(
            () ->
                Failure.usage(
                    "the cluster is missing (expected: a cluster, as lish guard lists them)"));
  }

  private int show(Arguments given) {
    boolean json = given.output("table", "json").equals("json");
    JsonNode guard = Api.of(terminal, given).get("guard");
    if (json) {
      return Views.json(terminal, guard);
    }
    Table table =
        new Table(
            "CLUSTERS",
            "ASSIGNMENT",
            "PRIO",
            "HOSTS",
            "UP",
            "PANIC<",
            "ADD",
            "LOSE",
            "JOIN",
            "STATE");
    for (JsonNode one : guard.path("assignments")) {
      rows(table, one, guard.path("holds"));
    }
    table.print(terminal);
    for (JsonNode one : guard.path("assignments")) {
      String verdict = one.path("verdict").asText();
      if (!verdict.equals("admit")) {
        terminal.print(
            terminal.yellow(Views.text(one, "name") + ": " + Views.text(one, "because")));
      }
      one.path("alarms")
          .forEach(
              alarm ->
                  terminal.print(
                      terminal.red(
                          Views.text(one, "name") + ": " + Terminal.clean(alarm.asText()))));
    }
    for (JsonNode change : guard.path("changes")) {
      tellChange(change);
    }
    holds(guard.path("holds"));
    return Exit.FINE;
  }

  private void rows(Table table, JsonNode one, JsonNode holds) {
    if (one.path("priorities").isEmpty()) {
      String none = one.path("threshold").asInt() + "%";
      table.add(
          terminal::yellow,
          clusters(one, "name"),
          Views.text(one, "name"),
          "-",
          "0",
          "0",
          none,
          "-",
          "-",
          "-",
          "no hosts");
    }
    for (JsonNode priority : one.path("priorities")) {
      UnaryOperator<String> colour =
          !one.path("alarms").isEmpty()
              ? terminal::red
              : one.path("verdict").asText().equals("admit") ? line -> line : terminal::yellow;
      table.add(
          colour,
          clusters(one, "name"),
          Views.text(one, "name"),
          Views.text(priority, "priority"),
          Views.text(priority, "hosts"),
          Views.text(priority, "available"),
          one.path("threshold").asInt() + "%",
          number(priority, "addable"),
          number(priority, "losable"),
          join(one.path("inServiceSeconds").asDouble()),
          state(one, kept(one, holds)));
    }
  }

  /** Their names; where none uses it, what it is of. */
  private static String clusters(JsonNode one, String otherwise) {
    List<String> clusters = new ArrayList<>();
    one.path("clusters").forEach(cluster -> clusters.add(Terminal.clean(cluster.asText())));
    return clusters.isEmpty() ? Views.text(one, otherwise) : String.join(",", clusters);
  }

  private static String join(double seconds) {
    return seconds == 0
        ? "at once"
        : BigDecimal.valueOf(seconds).stripTrailingZeros().toPlainString() + "s";
  }

  private static String number(JsonNode priority, String field) {
    return priority.path(field).isNull() ? "any" : Views.text(priority, field);
  }

  private String state(JsonNode one, int kept) {
    if (!one.path("enabled").asBoolean()) {
      return "guard off";
    }
    String until = Views.text(one, "until");
    String suffix = until.equals("-") ? "" : " until " + until;
    return switch (one.path("verdict").asText()) {
      case "raise" -> "factor " + one.path("factor").asInt() + suffix;
      case "step", "hold" -> one.path("waiting").size() + " wait" + suffix;
      default -> kept > 0 ? kept + " kept" : one.path("alarms").isEmpty() ? "fine" : "see below";
    };
  }

  /** How many of its hosts are sent, or shown as passing, though their registry says otherwise. */
  private static int kept(JsonNode one, JsonNode holds) {
    Set<String> clusters = new LinkedHashSet<>();
    one.path("clusters").forEach(cluster -> clusters.add(cluster.asText()));
    int kept = 0;
    for (JsonNode hold : holds) {
      boolean its = false;
      for (JsonNode cluster : hold.path("clusters")) {
        its |= clusters.contains(cluster.asText());
      }
      kept += its && !hold.path("kind").asText().equals("waiting") ? hold.path("hosts").size() : 0;
    }
    return kept;
  }

  private void tellChange(JsonNode change) {
    String revision = Views.text(change, "revision");
    String stage = Views.text(change, "stage");
    for (JsonNode why : change.path("because")) {
      terminal.print(
          terminal.red(
              "revision %s waits for stage %s: %s"
                  .formatted(revision, stage, Terminal.clean(why.asText()))));
    }
    List<String> clusters = new ArrayList<>();
    change.path("clusters").forEach(one -> clusters.add(Terminal.clean(one.asText())));
    terminal.print(
        "  accepted by: lish guard release %s, or lish promote %s %s"
            .formatted(
                clusters.size() == 1
                    ? clusters.get(0)
                    : "CLUSTER (for each of " + String.join(", ", clusters) + ")",
                stage,
                revision));
  }

  private void holds(JsonNode holds) {
    if (holds.isEmpty()) {
      return;
    }
    terminal.print("");
    Table table = new Table("KEPT BACK", "CLUSTERS", "HOST", "SINCE", "UNTIL", "SHARED");
    for (JsonNode hold : holds) {
      for (JsonNode host : hold.path("hosts")) {
        table.add(
            terminal::yellow,
            Views.text(hold, "kind"),
            clusters(hold, "of"),
            Views.text(host, "host"),
            Views.ago(terminal, host, "since"),
            Views.text(host, "until"),
            hold.path("shared").asBoolean() ? "yes" : "not yet");
      }
    }
    table.print(terminal);
    Set<String> why = new LinkedHashSet<>();
    holds.forEach(hold -> why.add(Views.text(hold, "kind") + ": " + Views.text(hold, "because")));
    why.forEach(terminal::print);
  }

  private int release(Arguments given) {
    String reason = given.text("--reason").map(String::strip).orElse("");
    if (reason.isEmpty()) {
      throw Failure.usage("--reason is missing (expected: why, for whoever looks at it later)");
    }
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("cluster", cluster(given)).put("reason", reason);
    Api.Answer answer = Api.of(terminal, given).post(body, List.of(200), "guard", "release");
    boolean changed = answer.body().path("changed").asBoolean();
    terminal.print(
        "release "
            + cluster(given)
            + (changed ? terminal.green(": done") : ": nothing is kept back"));
    return Exit.FINE;
  }

  private int whatIf(Arguments given) {
    Map<String, String> query = new TreeMap<>();
    Optional<String> add = given.text("--add");
    List<String> remove = given.all("--remove");
    if (add.isPresent() == !remove.isEmpty()) {
      throw Failure.usage("what-if (expected: CLUSTER --add N, or --remove HOST …)");
    }
    if (!remove.isEmpty()
        && (given.positional(1).isPresent() || given.text("--priority").isPresent())) {
      throw Failure.usage("what-if --remove goes by hosts (expected: no CLUSTER, no --priority)");
    }
    if (add.isPresent()) {
      query.put("cluster", cluster(given));
      query.put("add", add.get());
      given.text("--priority").ifPresent(priority -> query.put("priority", priority));
    } else {
      query.put("remove", String.join(",", remove));
    }
    boolean json = given.output("table", "json").equals("json");
    JsonNode body = Api.of(terminal, given).get(query, "guard", "what-if");
    if (json) {
      return Views.json(terminal, body);
    }
    for (JsonNode answer : body.path("answers")) {
      tell(answer, add.map(Integer::parseInt));
    }
    return Exit.FINE;
  }

  private void tell(JsonNode answer, Optional<Integer> add) {
    String what = add.isPresent() ? added(answer, add.get()) : removed(answer);
    List<String> after = new ArrayList<>();
    for (JsonNode p : answer.path("priorities")) {
      after.add("priority " + Views.text(p, "priority") + ": " + up(p));
    }
    terminal.print(
        Views.text(answer, "assignment") + ": " + what + " (" + String.join(", ", after) + ")");
  }

  private String added(JsonNode answer, int add) {
    return switch (answer.path("verdict").asText()) {
      case "admit" -> terminal.green("safe as it is");
      case "step" ->
          terminal.yellow(
              answer.path("hosts").asInt() + " of " + add + " go out at once, the others in steps");
      default ->
          terminal.yellow("all go out at once, with the factor " + answer.path("factor").asInt());
    };
  }

  private String removed(JsonNode answer) {
    String until = Views.text(answer, "until");
    String raised =
        "the factor %d keeps Envoys from using every listed host%s"
            .formatted(answer.path("factor").asInt(), until.equals("-") ? "" : " until " + until);
    if (answer.path("verdict").asText().equals("hold")) {
      int now = answer.path("hosts").asInt();
      return terminal.yellow(
          "too many at once: %d would be kept until %s, then go with an alarm; %s"
              .formatted(
                  answer.path("kept").asInt(),
                  until,
                  now == 0 ? "none would go now" : now + " would go now"));
    }
    boolean raises = answer.path("verdict").asText().equals("raise");
    if (!answer.path("safe").asBoolean()) {
      return terminal.red(
          !isUp(answer)
              ? "not safe: no host would be up"
              : "not safe: too few hosts would be left; "
                  + (raises ? raised : "Envoys would use every listed host"));
    }
    return raises ? terminal.yellow("they go at once; " + raised) : terminal.green("safe as it is");
  }

  private static boolean isUp(JsonNode answer) {
    boolean up = false;
    for (JsonNode priority : answer.path("priorities")) {
      up |= priority.path("available").asInt() > 0;
    }
    return up;
  }

  private static String up(JsonNode priority) {
    int hosts = priority.path("hosts").asInt();
    int up = priority.path("available").asInt();
    if (hosts == 0) {
      return "no hosts";
    }
    return up == 0 ? "none of " + hosts + " up" : up + " of " + hosts + " up";
  }
}
