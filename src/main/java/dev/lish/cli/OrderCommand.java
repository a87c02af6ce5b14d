package dev.lish.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lish pause}, {@code resume}, {@code promote} and {@code rollback}. */
final class OrderCommand implements Command {
  private static final String LOCALLY =
      " on this replica (shared as soon as Central Dogma answers)";
  private static final String MEMBERSHIP = "membership";

  private final Terminal terminal;
  private final Verb verb;

  /** What is ordered. */
  enum Verb {
    PAUSE("pause"),
    RESUME("resume"),
    PROMOTE("promote"),
    ROLLBACK("rollback");

    private final String word;

    Verb(String word) {
      this.word = word;
    }
  }

  OrderCommand(Terminal terminal, Verb verb) {
    this.terminal = terminal;
    this.verb = verb;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        switch (verb) {
          case PAUSE -> pauseSpec();
          case RESUME -> resumeSpec();
          case PROMOTE -> promoteSpec();
          case ROLLBACK -> rollbackSpec();
        };
    spec.addOption(
        Command.text(
            "TEXT",
            "Why; kept with who and when" + (verb == Verb.RESUME ? "." : " (required)."),
            "-r",
            "--reason"));
    spec.addOption(
        Command.flag(
            "Acts on this replica at once, while Central Dogma is down; shared when it is back.",
            "--local"));
    Api.addOptions(spec);
    return spec;
  }

  private CommandSpec pauseSpec() {
    CommandSpec spec =
        Command.spec(
            this,
            verb.word,
            "Stops a stage, or all, on the revision that it has.",
            "  lish pause release --reason \"errors on checkout\"",
            "  lish pause --reason \"incident 42\" --local");
    spec.addPositional(Command.positional(0, "[STAGE]", "Without it, every stage."));
    return spec;
  }

  private CommandSpec resumeSpec() {
    CommandSpec spec =
        Command.spec(
            this,
            verb.word,
            "Lifts the pause of a stage, or of all; never a pin.",
            "  lish resume release",
            "  lish promote release head --reason …    lifts a pin");
    spec.addPositional(Command.positional(0, "[STAGE]", "Without it, every stage."));
    return spec;
  }

  private CommandSpec promoteSpec() {
    CommandSpec spec =
        Command.spec(
            this,
            verb.word,
            "Pins a stage to a revision, or lets it follow head again.",
            "  lish promote release 42 --reason \"tested on beta\"",
            "  lish promote release head --reason \"back to normal\"",
            "  lish promote membership 42 --reason \"edge-7 belongs to beta now\"");
    spec.usageMessage()
        .description(
            "promote membership REVISION accepts who belongs to which stage in that revision,"
                + " though it moves connected Envoys; lish status lists what waits.");
    spec.addPositional(Command.positional(0, "STAGE", "The stage, or the word membership."));
    spec.addPositional(Command.positional(1, "REVISION", "A revision of the mesh, or head."));
    return spec;
  }

  private CommandSpec rollbackSpec() {
    CommandSpec spec =
        Command.spec(
            this,
            verb.word,
            "Takes a stage to the revision that it served before, and pauses it.",
            "  lish rollback release --reason \"errors on checkout\"",
            "  lish resume release          when the mesh is right again");
    spec.addPositional(Command.positional(0, "STAGE", "The stage."));
    return spec;
  }

  @Override
  public int run(Arguments given) {
    boolean membership =
        verb == Verb.PROMOTE && given.positional(0).equals(Optional.of(MEMBERSHIP));
    ObjectNode body = Json.MAPPER.createObjectNode();
    String reason = given.text("--reason").map(String::strip).orElse("");
    if (reason.isEmpty() && verb != Verb.RESUME) {
      throw Failure.usage(
          "--reason is missing (expected: why, for whoever finds the stage like that)");
    }
    if (!reason.isEmpty()) {
      body.put("reason", reason);
    }
    body.put("local", given.flag("--local"));
    if (membership) {
      body.put("revision", number(given.required(1)));
    } else {
      given.positional(0).ifPresent(stage -> body.put("stage", stage));
      if (verb == Verb.PROMOTE && given.required(1).equals("head")) {
        body.put("revision", "head");
      } else if (verb == Verb.PROMOTE) {
        body.put("revision", number(given.required(1)));
      }
    }
    Api api = Api.of(terminal, given);
    Api.Answer answer =
        api.post(body, List.of(200), "delivery", membership ? MEMBERSHIP : verb.word);
    tell(given, answer);
    if (verb == Verb.ROLLBACK) {
      terminal.tell(
          "it stays there, paused; when the mesh is right again:\n  "
              + "lish resume %1$s && lish promote %1$s head --reason TEXT"
                  .formatted(given.required(0)));
    } else if (verb == Verb.RESUME) {
      tellPins(given, api);
    }
    return Exit.FINE;
  }

  private void tell(Arguments given, Api.Answer answer) {
    String what =
        verb.word
            + " "
            + given.positional(0).orElse("all stages")
            + given.positional(1).map(r -> " " + r).orElse("");
    terminal.print(what + outcome(terminal, given, answer));
  }

  /** What came of an order. */
  static String outcome(Terminal terminal, Arguments given, Api.Answer answer) {
    return answer.body().path("changed").asBoolean()
        ? terminal.green(": done") + (given.flag("--local") ? LOCALLY : commit(answer))
        : ": nothing to change";
  }

  /** Orders have revisions of their own: not to be mistaken for one of the mesh. */
  private static String commit(Api.Answer answer) {
    return " (order " + Views.text(answer.body(), "revision") + ")";
  }

  /** A stage that stays on a revision after the pause: what an operator forgets the next day. */
  private void tellPins(Arguments given, Api api) {
    JsonNode stages;
    try {
      stages = api.get("delivery").path("stages");
    } catch (Failure e) {
      // The order was carried out; that is what the exit code must say.
      terminal.tell("whether a stage is still pinned could not be asked: " + e.getMessage());
      return;
    }
    for (JsonNode stage : stages) {
      String name = Views.text(stage, "name");
      boolean meant = given.positional(0).map(name::equals).orElse(true);
      if (meant && stage.path("follow").asText().equals("revision")) {
        terminal.tell(
            terminal.yellow(
                "%1$s stays pinned to revision %2$s; to follow the mesh again:\n  lish promote %1$s head --reason TEXT"
                    .formatted(name, Views.text(stage, "revision"))));
      }
    }
  }

  private static int number(String revision) {
    if (!revision.matches("[1-9]\\d{0,8}")) {
      throw Failure.usage(
          "REVISION: " + revision + " (expected: a revision of the mesh, such as 42, or head)");
    }
    return Integer.parseInt(revision);
  }
}
