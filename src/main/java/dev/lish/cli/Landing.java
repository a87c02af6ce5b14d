package dev.lish.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * What a server makes of a revision that was pushed to it.
 *
 * @param revision the revision
 * @param stages in delivery order
 * @param moves Envoys that it would move to another stage, so that membership waits; mostly none
 * @param kept hosts that the guard keeps back since
 */
record Landing(int revision, List<Stage> stages, List<String> moves, List<Kept> kept) {
  private static final long PAUSE_MILLIS = 100;

  /** What a stage makes of it. */
  enum Fate {
    SERVING,
    PINNED,
    PAUSED,
    HELD,
    REFUSED,
    /** A registry that its templates read has not answered. */
    WAITING,
    BEHIND;

    /** Nothing more is to be expected without somebody's doing. */
    boolean isFinal() {
      return this != WAITING && this != BEHIND;
    }

    /** True when it is as the stage's operators want it. */
    boolean isFine() {
      return this == SERVING || this == PINNED || this == PAUSED;
    }
  }

  /**
   * A stage.
   *
   * @param serving the revision that it serves, or a dash
   * @param problems why it does not serve this one; of {@link Fate#WAITING}, for whom it waits
   */
  record Stage(String name, Fate fate, String serving, List<String> problems) {}

  /**
   * Hosts that are kept back.
   *
   * @param clusters whose hosts they are
   */
  record Kept(Collection<String> clusters, int hosts, String because) {}

  /** True when every stage that follows head serves it, and nothing waits for a person. */
  boolean isFine() {
    return moves.isEmpty() && stages.stream().allMatch(stage -> stage.fate().isFine());
  }

  /**
   * Waits until every stage has come to a decision.
   *
   * @param patience how long at most
   * @param before what {@link #holds} gave before the push
   */
  static Landing await(Api api, int revision, Duration patience, Set<String> before) {
    long end = System.nanoTime() + patience.toNanos();
    Landing landing = now(api, revision, before);
    while (!landing.stages().stream().allMatch(stage -> stage.fate().isFinal())
        && System.nanoTime() - end < 0) {
      pause();
      landing = now(api, revision, before);
    }
    return landing;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.world("interrupted");
    }
  }

  private static Landing now(Api api, int revision, Set<String> before) {
    JsonNode delivery = api.get("delivery");
    JsonNode problems = api.get("problems").path("problems");
    List<Stage> stages = new ArrayList<>();
    delivery.path("stages").forEach(stage -> stages.add(stage(stage, revision, problems)));
    List<String> moves = new ArrayList<>();
    if (delivery.path("membership").path("pending").asInt() == revision) {
      delivery.path("membership").path("moves").forEach(move -> moves.add(move.asText()));
    }
    List<Kept> kept = new ArrayList<>();
    for (JsonNode hold : api.get("guard").path("holds")) {
      int hosts = 0;
      for (JsonNode host : hold.path("hosts")) {
        hosts += before.contains(name(hold, host)) ? 0 : 1;
      }
      if (hosts > 0) {
        TreeSet<String> clusters = new TreeSet<>();
        hold.path("clusters").forEach(cluster -> clusters.add(cluster.asText()));
        kept.add(new Kept(clusters, hosts, hold.path("because").asText()));
      }
    }
    return new Landing(revision, stages, moves, kept);
  }

  /** The hosts that the guard keeps back now. */
  static Set<String> holds(Api api) {
    Set<String> all = new HashSet<>();
    for (JsonNode hold : api.get("guard").path("holds")) {
      hold.path("hosts").forEach(host -> all.add(name(hold, host)));
    }
    return all;
  }

  private static String name(JsonNode hold, JsonNode host) {
    return String.join(
        "\n", hold.path("kind").asText(), hold.path("of").asText(), host.path("host").asText());
  }

  private static Stage stage(JsonNode stage, int revision, JsonNode problems) {
    String name = stage.path("name").asText();
    List<String> errors = new ArrayList<>();
    for (JsonNode problem : problems) {
      if (problem.path("stage").asText().equals(name)
          && problem.path("severity").asText().equals("error")) {
        errors.add(ProblemPrinter.line(problem));
      }
    }
    List<String> waitingFor = new ArrayList<>();
    stage.path("waitingFor").forEach(registry -> waitingFor.add(registry.asText()));
    Fate fate = fate(stage, revision, !errors.isEmpty(), !waitingFor.isEmpty());
    List<String> why =
        switch (fate) {
          case HELD, REFUSED -> errors;
          case WAITING -> waitingFor;
          default -> List.of();
        };
    return new Stage(name, fate, Views.text(stage, "serving"), why);
  }

  private static Fate fate(JsonNode stage, int revision, boolean errors, boolean waits) {
    boolean judged =
        stage.path("judged").asInt() >= revision
            && stage.path("judged").asInt() == stage.path("target").asInt();
    // Somebody may have pushed something newer since.
    if (stage.path("serving").asInt() >= revision) {
      return Fate.SERVING;
    } else if (stage.path("paused").asBoolean()) {
      return Fate.PAUSED;
    } else if (stage.path("follow").asText().equals("revision")) {
      return Fate.PINNED;
    } else if (judged && errors) {
      return stage.path("held").asBoolean() ? Fate.HELD : Fate.REFUSED;
    }
    return waits ? Fate.WAITING : Fate.BEHIND;
  }

  /** Adds it to the answer of the server. */
  void addTo(ObjectNode json) {
    var array = json.putArray("stages");
    for (Stage stage : stages) {
      ObjectNode one = array.addObject();
      one.put("name", stage.name());
      one.put("state", stage.fate().name().toLowerCase(Locale.ROOT));
      if (stage.serving().equals("-")) {
        one.putNull("serving");
      } else {
        one.put("serving", Integer.parseInt(stage.serving()));
      }
      var why = one.putArray("problems");
      stage.problems().forEach(why::add);
    }
    var move = json.putArray("moves");
    moves.forEach(move::add);
    var back = json.putArray("kept");
    for (Kept one : kept) {
      var clusters = back.addObject().put("hosts", one.hosts()).put("because", one.because());
      var names = clusters.putArray("clusters");
      one.clusters().forEach(names::add);
    }
  }

  /** Tells it to people, with what an operator can do. */
  void print(Terminal terminal) {
    stages.forEach(stage -> print(terminal, stage));
    if (!moves.isEmpty()) {
      terminal.print(
          terminal.yellow(
              "who belongs to which stage stays as it is, since it would move Envoys:"));
      moves.forEach(move -> terminal.print("  " + Terminal.clean(move)));
      terminal.print("  lish promote membership " + revision + " --reason TEXT lets it");
    }
    for (Kept one : kept) {
      terminal.print(
          terminal.yellow(
              Terminal.clean(
                  "%s of %s %s kept back: %s"
                      .formatted(
                          ProblemPrinter.plural(one.hosts(), "host"),
                          String.join(", ", one.clusters()),
                          one.hosts() == 1 ? "is" : "are",
                          one.because()))));
      one.clusters().stream()
          .findFirst()
          .ifPresent(
              cluster ->
                  terminal.print(
                      Terminal.clean(
                          "  lish guard release " + cluster + " --reason TEXT lets them go")));
    }
  }

  private void print(Terminal terminal, Stage stage) {
    String name = Terminal.clean(stage.name());
    String goesOn =
        stage.serving().equals("-")
            ? ", and serves nothing"
            : " and goes on serving " + stage.serving();
    switch (stage.fate()) {
      case SERVING -> terminal.print(terminal.green(name + " serves it"));
      case PINNED -> terminal.print(name + " is pinned" + goesOn);
      case PAUSED -> terminal.print(name + " is paused" + goesOn);
      case HELD -> {
        terminal.print(terminal.yellow(name + " holds it" + goesOn + ":"));
        stage.problems().forEach(why -> terminal.print("  " + Terminal.clean(why)));
        terminal.print("  lish promote " + name + " " + revision + " --reason TEXT lets it go");
      }
      case REFUSED -> {
        terminal.print(terminal.red(name + " refuses it" + goesOn + ":"));
        stage.problems().forEach(why -> terminal.print("  " + Terminal.clean(why)));
      }
      case WAITING ->
          terminal.print(
              terminal.yellow(
                  Terminal.clean(
                      name + " waits for " + String.join(", ", stage.problems()) + goesOn)));
      default ->
          terminal.print(
              terminal.yellow(
                  stage.serving().equals("-")
                      ? name + " does not serve it yet, nor anything else"
                      : name + " does not serve it yet" + goesOn));
    }
  }
}
