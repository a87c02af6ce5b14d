package dev.lish.check;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import dev.lish.check.Reading.Issue;
import dev.lish.model.Problem;
import dev.lish.model.ResourceType;
import dev.lish.render.CheckSettings;
import dev.lish.render.Inspection;
import dev.lish.render.MessageTypes;
import dev.lish.render.Origin;
import dev.lish.render.Rendering;
import dev.lish.source.MeshFolder;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/** Looks through the renders of a mesh folder's stages; each resource once, however often it is. */
public final class Check {
  private final MessageTypes types;
  private final MeshFolder folder;
  private final CheckSettings.Reading settings;
  private final Ages ages;
  private final Map<Descriptor, Shape> shapes = new HashMap<>();
  private final Map<String, Inspection> stages = new LinkedHashMap<>();

  /** The stages that have a resource: most are the same in all. */
  private final IdentityHashMap<Origin, Set<String>> seen = new IdentityHashMap<>();

  private final IdentityHashMap<Origin, Reading> readings = new IdentityHashMap<>();

  /** What is wrong, with where it is. */
  private final Map<Origin, Map<Issue, Scope>> issues = new LinkedHashMap<>();

  /** What is wrong by the render, with the stages in which it is; none: with the whole folder. */
  private final Map<Problem, Set<String>> problems = new LinkedHashMap<>();

  private final Gaps.Told gaps = new Gaps.Told();

  /**
   * Where something is wrong.
   *
   * @param groups none where it is wrong by itself
   */
  private record Scope(Set<String> stages, Set<String> groups) {}

  private record Scoped(Finding finding, Set<String> stages) {}

  /**
   * A check of a mesh folder, whose comments may silence Findings.
   *
   * @param versions Envoy's minor versions that it is for, such as 1.36, of those that {@link
   *     dev.lish.render.ApiHistory} knows; none: those that {@code checks.yaml} names
   */
  public Check(MessageTypes types, MeshFolder folder, List<String> versions) {
    this.types = types;
    this.folder = folder;
    this.settings = CheckSettings.read(folder);
    this.ages = new Ages(versions.isEmpty() ? settings.settings().envoyVersions() : versions);
  }

  /** Takes in what a stage renders to, and looks through those resources that are new with it. */
  public void add(String name, Inspection stage) {
    stages.put(name, stage);
    List<Origin> fresh = new ArrayList<>();
    for (Inspection.Group group : stage.groups().values()) {
      for (SortedMap<String, Origin> all : group.origins().values()) {
        for (Origin origin : all.values()) {
          Set<String> has = seen.computeIfAbsent(origin, o -> new TreeSet<>());
          if (has.isEmpty()) {
            fresh.add(origin);
          }
          has.add(name);
        }
      }
    }
    // Each resource by itself needs no other, so all cores take part.
    fresh.parallelStream().map(this::walk).toList().forEach(this::take);
  }

  /**
   * The Findings, sorted, without those that are silenced.
   *
   * @param told what was wrong before anything was rendered
   * @param services of each registry whose data is there, its services
   * @param today for silences that end
   */
  public List<Finding> findings(
      List<Problem> told, Map<String, Set<String>> services, LocalDate today) {
    stages.forEach((name, stage) -> stage(name, stage, services));
    List<Scoped> all = new ArrayList<>(placed());
    new TreeMap<>(problems).forEach((problem, in) -> all.add(new Scoped(told(problem), in)));
    // What is wrong with the folder is so in every stage.
    Set<String> everywhere = stages.keySet();
    told.forEach(problem -> all.add(new Scoped(told(problem), everywhere)));
    settings.problems().forEach(problem -> all.add(new Scoped(told(problem), everywhere)));
    gaps.findings().forEach(finding -> all.add(new Scoped(finding, everywhere)));
    return new Silences(folder, settings.settings(), today)
        .apply(once(all)).stream().sorted().toList();
  }

  private void take(Reading reading) {
    readings.put(reading.origin(), reading);
    reading.issues().forEach(issue -> found(reading.origin(), issue));
  }

  /** What a template gives to several stages differs, a mistake in it does not. */
  private List<Finding> once(List<Scoped> all) {
    Map<Object, Scoped> first = new LinkedHashMap<>();
    for (Scoped each : all) {
      Finding finding = each.finding();
      first
          .computeIfAbsent(
              List.of(finding.rule(), finding.path(), finding.line(), finding.message()),
              key -> new Scoped(finding, new TreeSet<>()))
          .stages()
          .addAll(each.stages());
    }
    return first.values().stream().map(this::withStages).toList();
  }

  private Finding withStages(Scoped scoped) {
    Set<String> in = scoped.stages();
    return in.size() == stages.size()
        ? scoped.finding()
        : scoped
            .finding()
            .in(
                in.size() == 1
                    ? "stage " + in.iterator().next()
                    : "stages " + String.join(", ", in));
  }

  private static Finding told(Problem problem) {
    List<String> lines = problem.message().lines().toList();
    return new Finding(
        Rule.of(problem.kind()),
        problem.path(),
        problem.line(),
        0,
        lines.get(0),
        String.join("\n", lines.subList(1, lines.size())).strip());
  }

  private void stage(String name, Inspection stage, Map<String, Set<String>> services) {
    List<Problem> wrong =
        stage
            .outcome()
            .match(
                Rendering.Done::warnings,
                waiting -> {
                  throw new IllegalStateException("waits offline for " + waiting.registries());
                },
                Rendering.Refused::problems);
    wrong.forEach(problem -> problems.computeIfAbsent(problem, p -> new TreeSet<>()).add(name));
    // Most values of `by` change nothing.
    IdentityHashMap<Inspection.Group, String> distinct = new IdentityHashMap<>();
    stage.groups().forEach((key, group) -> distinct.putIfAbsent(group, key.group()));
    stage
        .groups()
        .forEach(
            (key, group) -> {
              if (distinct.remove(group) == null) {
                return;
              }
              BiConsumer<Origin, Issue> take =
                  (origin, issue) -> {
                    Scope scope = found(origin, issue);
                    scope.stages().add(name);
                    scope.groups().add(key.group());
                  };
              Gaps missing = gaps.of(stage.unread(), key.group());
              new GroupCheck(group, settings.settings(), this::read, take, missing).run();
              // A document that could not be read may say where the endpoints are.
              if (!missing.has(ResourceType.ENDPOINT)) {
                new ServiceCheck(group, services, this::read, take).run();
              }
            });
  }

  private Scope found(Origin origin, Issue issue) {
    return issues
        .computeIfAbsent(origin, o -> new LinkedHashMap<>())
        .computeIfAbsent(issue, i -> new Scope(new TreeSet<>(), new TreeSet<>()));
  }

  private Reading read(Origin origin) {
    return Optional.ofNullable(readings.get(origin)).orElseThrow();
  }

  private Shape shape(Descriptor type) {
    synchronized (shapes) {
      return shapes.computeIfAbsent(type, t -> Shape.of(t, ages));
    }
  }

  private Reading walk(Origin origin) {
    Message message =
        types
            .parse(origin.type().messageName(), origin.body())
            .orElseThrow(() -> new IllegalStateException("no " + origin.type().messageName()));
    Walk walk = new Walk(types, ages, this::shape);
    walk.message(message);
    return new Reading(origin, message, walk.issues(), walk.mentions());
  }

  private List<Scoped> placed() {
    List<Scoped> findings = new ArrayList<>();
    issues.forEach(
        (origin, some) -> {
          List<Issue> list = List.copyOf(some.keySet());
          List<Origin.Place> places = origin.places(list.stream().map(Issue::path).toList());
          for (int i = 0; i < list.size(); i++) {
            Scope scope = Optional.ofNullable(some.get(list.get(i))).orElseThrow();
            Finding finding =
                Finding.at(
                    list.get(i).rule(), places.get(i), text(origin, list.get(i), scope.groups()));
            // What is wrong by itself is so wherever the resource is.
            Set<String> in =
                scope.stages().isEmpty() ? seen.getOrDefault(origin, Set.of()) : scope.stages();
            findings.add(new Scoped(finding, in));
          }
        });
    return findings;
  }

  private static String noun(String messageName) {
    return messageName.substring(messageName.lastIndexOf('.') + 1);
  }

  private static String text(Origin origin, Issue issue, Set<String> groups) {
    StringBuilder text = new StringBuilder(noun(origin.type().messageName()));
    text.append(" \"").append(origin.name()).append('"');
    String separator = " ";
    for (Object step : issue.path()) {
      if (step instanceof Integer) {
        text.append('[').append(step).append(']');
      } else {
        text.append(separator).append(step);
      }
      separator = ".";
    }
    text.append(": ");
    if (!groups.isEmpty()) {
      text.append("in group ").append(String.join(", ", groups)).append(" ");
    }
    return text.append(issue.message()).toString();
  }
}
