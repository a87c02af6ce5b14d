package dev.lish.render;

import dev.lish.model.GroupRule;
import dev.lish.model.Problem;
import dev.lish.model.ProblemKind;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.source.Inputs;
import dev.lish.source.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** One render of one stage. */
final class Render {
  private final Inputs inputs;
  private final Mesh mesh;
  private final Optional<Rendered> previous;
  private final ProblemSink sink;
  private final Units units;
  private final Discovery discovery;
  private final Map<Resource, Resource> resources = new HashMap<>();
  private final Map<String, List<ResourceFile>> selected = new LinkedHashMap<>();

  /**
   * A render to be run once.
   *
   * @param parsing how files are parsed
   * @param previous what the stage serves now
   * @param sink has what was found so far
   */
  Render(
      Inputs inputs,
      Mesh mesh,
      Units.Parsing parsing,
      Optional<Rendered> previous,
      ProblemSink sink) {
    this.inputs = inputs;
    this.mesh = mesh;
    this.previous = previous;
    this.sink = sink;
    this.discovery = new Discovery(inputs.registries(), inputs.offline());
    String stage = mesh.renders().getOrDefault(inputs.stage(), inputs.stage());
    this.units =
        new Units(
            inputs,
            stage,
            Values.read(inputs.folder(), mesh, stage, sink),
            new Templates(inputs.folder(), sink),
            parsing);
    previous.ifPresent(this::know);
    select();
  }

  private void know(Rendered old) {
    for (Rendered.Group group : old.groups().values()) {
      group.endpoints().values().forEach(discovery::know);
      group.resources().values().forEach(all -> all.values().forEach(this::one));
    }
  }

  private Resource one(Resource resource) {
    Resource known = resources.putIfAbsent(resource, resource);
    return known == null ? resource : known;
  }

  private void select() {
    List<ResourceFile> all =
        inputs.folder().files().keySet().stream()
            .map(ResourceFile::of)
            .flatMap(Optional::stream)
            .toList();
    Set<ResourceFile> left = new LinkedHashSet<>(all);
    for (Mesh.Group group : mesh.groups()) {
      List<Glob> globs = group.resources().stream().map(Glob::new).toList();
      List<ResourceFile> taken =
          all.stream()
              .filter(file -> globs.stream().anyMatch(glob -> glob.matches(file.path())))
              .toList();
      selected.put(group.rule().name(), taken);
      taken.forEach(left::remove);
    }
    // Nobody checks such a file, and most likely a glob was forgotten.
    left.forEach(
        file ->
            sink.report(
                ProblemKind.UNUSED_FILE,
                file.path(),
                0,
                "no group takes this file (expected: a glob in the resources of a group)"));
  }

  /** The revision's {@code mesh.yaml}. */
  Mesh mesh() {
    return mesh;
  }

  /** How it went, and the attempt that this rests on. */
  record Outcome(Rendering rendering, Attempt attempt) {}

  /** The outcome. */
  Outcome run() {
    SafeCatalogs safe = SafeCatalogs.of(inputs.services());
    Attempt attempt = attempt(safe.services());
    TreeSet<String> unanswered = new TreeSet<>(attempt.registries());
    unanswered.removeAll(inputs.services().keySet());
    if (!unanswered.isEmpty() && !inputs.offline()) {
      return new Outcome(
          attempt.sure() || sink.hasErrors()
              ? new Rendering.Refused(problems(attempt, List.of()))
              : new Rendering.Waiting(unanswered),
          attempt);
    }
    for (String registry : unanswered) {
      warn(attempt, registry, "has no data offline: its services are an empty list");
    }
    for (SafeCatalogs.LeftOut left : safe.leftOut()) {
      warn(attempt, left.registry(), left.message());
    }
    if (!attempt.failed() || sink.hasErrors()) {
      return finish(attempt, List.of());
    }
    Attempt failed = attempt;
    boolean served =
        previous.isPresent() && previous.get().revision().equals(inputs.folder().revision());
    return SetAside.find(this::attempt, safe.services(), failed, previous, served)
        .map(result -> finish(result.attempt(), result.warnings()))
        .orElseGet(() -> finish(failed, List.of()));
  }

  private void warn(Attempt attempt, String registry, String message) {
    String template = attempt.catalogs().get(registry);
    if (template != null) {
      sink.report(ProblemKind.REGISTRY_DATA, template, 0, "registry " + registry + ": " + message);
    }
  }

  private Outcome finish(Attempt attempt, List<Problem> warnings) {
    if (!attempt.failed()) {
      checkEmpty(attempt);
    }
    List<Problem> problems = problems(attempt, warnings);
    if (problems.stream().anyMatch(Problem::isError)) {
      return new Outcome(new Rendering.Refused(problems), attempt);
    }
    return new Outcome(
        new Rendering.Done(
            new Rendered(
                inputs.stage(),
                inputs.folder().revision(),
                mesh,
                attempt.groups(),
                attempt.registries(),
                attempt.services()),
            problems),
        attempt);
  }

  private List<Problem> problems(Attempt attempt, List<Problem> warnings) {
    attempt.problems().forEach(sink::add);
    warnings.forEach(sink::add);
    return sink.sorted();
  }

  /** Renders every group with these services in the catalogs. */
  private Attempt attempt(SortedMap<String, List<Service>> services) {
    units.use(services);
    ProblemSink found = new ProblemSink();
    boolean sure = false;
    TreeMap<String, String> catalogs = new TreeMap<>();
    Map<SnapshotKey, Rendered.Group> groups = new LinkedHashMap<>();
    Map<SnapshotKey, Map<ResourceType, Map<String, Document>>> written = new LinkedHashMap<>();
    List<Built> built = new ArrayList<>();
    for (Mesh.Group group : mesh.groups()) {
      GroupRule rule = group.rule();
      for (SortedMap<String, String> by : rule.combinations()) {
        SnapshotKey key = new SnapshotKey(inputs.stage(), rule.name(), by);
        List<List<Document>> documents = new ArrayList<>();
        for (ResourceFile file : selected.getOrDefault(rule.name(), List.of())) {
          Units.Unit unit = units.get(file, rule.name(), by);
          unit.problems().forEach(found::add);
          unit.catalogs().forEach(registry -> catalogs.putIfAbsent(registry, file.path()));
          sure |= unit.failed() && inputs.services().keySet().containsAll(unit.catalogs());
          documents.add(unit.documents());
        }
        Built one = build(key, documents, built, found);
        groups.put(key, one.group);
        written.put(key, one.written);
      }
    }
    TreeMap<String, List<Service>> read = new TreeMap<>(services);
    read.keySet().retainAll(catalogs.keySet());
    return new Attempt(groups, written, found.sorted(), catalogs, read, sure);
  }

  /** Groups of the same documents are one: most values of {@code by} change nothing. */
  private Built build(
      SnapshotKey key, List<List<Document>> documents, List<Built> built, ProblemSink found) {
    for (Built earlier : built) {
      if (earlier.isOf(documents)) {
        return earlier;
      }
    }
    GroupBuilder builder = new GroupBuilder(key, discovery, mesh.guard(), this::one, found);
    documents.forEach(all -> all.forEach(builder::add));
    Built group = new Built(documents, builder.documents(), builder.build());
    built.add(group);
    return group;
  }

  private record Built(
      List<List<Document>> documents,
      Map<ResourceType, Map<String, Document>> written,
      Rendered.Group group) {
    /** By identity: what is parsed once is one list. */
    boolean isOf(List<List<Document>> others) {
      if (documents.size() != others.size()) {
        return false;
      }
      for (int i = 0; i < others.size(); i++) {
        if (documents.get(i) != others.get(i)) {
          return false;
        }
      }
      return true;
    }
  }

  private void checkEmpty(Attempt attempt) {
    for (Mesh.Group group : mesh.groups()) {
      for (SortedMap<String, String> by : group.rule().combinations()) {
        SnapshotKey key = new SnapshotKey(inputs.stage(), group.rule().name(), by);
        Rendered.Group now = attempt.groups().get(key);
        Optional<Rendered.Group> before = previous.map(old -> old.groups().get(key));
        if (now == null || group.allowEmpty()) {
          continue;
        }
        for (ResourceType type : List.of(ResourceType.CLUSTER, ResourceType.LISTENER)) {
          boolean had = before.map(b -> b.resources().containsKey(type)).orElse(false);
          // An empty answer would delete everything of that type on every Envoy of the group.
          if (had && !now.resources().containsKey(type)) {
            sink.report(
                ProblemKind.EMPTIED_GROUP,
                MeshReader.PATH,
                0,
                "group %s would lose all its %s (expected: at least one, or allow_empty: true)"
                    .formatted(group.rule().name(), type.folder()));
          }
        }
        if (now.resources().isEmpty()) {
          sink.report(
              ProblemKind.EMPTY_GROUP,
              MeshReader.PATH,
              0,
              "group " + group.rule().name() + " gets no resources");
        }
      }
    }
  }
}
