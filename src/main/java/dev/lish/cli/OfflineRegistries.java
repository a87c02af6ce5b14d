package dev.lish.cli;

import com.google.protobuf.ByteString;
import dev.lish.model.Problem;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Inputs;
import dev.lish.source.Instance;
import dev.lish.source.Listing;
import dev.lish.source.MeshFolder;
import dev.lish.source.Registry;
import dev.lish.source.Service;
import dev.lish.source.files.FolderRegistry;
import dev.lish.source.files.GivenRegistry;
import dev.lish.source.files.RegistryFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The registries that a mesh folder names, without a server: those of its {@code registries/} and
 * of {@code --registry} have what their files say, others are empty.
 */
final class OfflineRegistries {
  private static final long MAX_FILE = 64L << 20;

  /** What Consul knows, which knows the most: offline nobody can tell of which kind one is. */
  private static final Set<String> PARAMETERS = Set.of("tag", "dc", "ns", "partition");

  /**
   * Word to what follows it where a registry's name can stand; a name that is none after all has no
   * effect. The words are found first, as an expression that is tried at every character takes a
   * third of a check's time.
   */
  private static final Map<String, Pattern> NAMES =
      Map.of(
          "name",
          Pattern.compile("[\"']?\\s*:\\s*[\"']?([A-Za-z0-9_-]+):"),
          "registry",
          Pattern.compile("(?:[\"']?\\s*:\\s*[\"']?|\\.|\\s*\\[\\s*[\"'])([A-Za-z0-9_-]+)"));

  private final TreeMap<String, Listing> files = new TreeMap<>();
  private final TreeMap<String, List<Service>> live = new TreeMap<>();
  private final Set<String> unreadable = new HashSet<>();
  private final TreeSet<String> named = new TreeSet<>();
  private final TreeSet<String> inFolder = new TreeSet<>();
  private final List<Problem> problems = new ArrayList<>();

  private OfflineRegistries() {}

  /**
   * Reads the registries.
   *
   * @param given {@code NAME=FILE} each
   */
  static OfflineRegistries read(Terminal terminal, MeshFolder folder, List<String> given) {
    OfflineRegistries registries = new OfflineRegistries();
    FolderRegistry.namesIn(folder)
        .forEach(
            (name, path) ->
                registries.add(name, path, folder.files().getOrDefault(path, ByteString.EMPTY)));
    registries.inFolder.addAll(registries.files.keySet());
    for (String pair : given) {
      int equals = pair.indexOf('=');
      if (equals < 1 || equals == pair.length() - 1) {
        throw Failure.usage("--registry " + pair + " (expected: NAME=FILE)");
      }
      String file = pair.substring(equals + 1);
      registries.inFolder.remove(pair.substring(0, equals));
      registries.add(pair.substring(0, equals), file, content(terminal, file));
    }
    registries.named.addAll(registries.files.keySet());
    folder.files().forEach((path, content) -> registries.find(path, content));
    return registries;
  }

  private static ByteString content(Terminal terminal, String file) {
    Path path = terminal.resolve(file);
    try {
      if (Files.size(path) > MAX_FILE) {
        throw Failure.world(file + ": larger than " + (MAX_FILE >> 20) + " MiB");
      }
      return ByteString.copyFrom(Files.readAllBytes(path));
    } catch (IOException e) {
      throw Failure.world(
          file + (Files.exists(path) ? ": cannot be read: " + e : ": no such file"));
    }
  }

  private void add(String name, String path, ByteString content) {
    RegistryFile.parse(path, content)
        .match(
            services -> files.put(name, services.listing()),
            broken -> {
              problems.addAll(broken.problems());
              unreadable.add(name);
              return files.put(name, Listing.EMPTY);
            });
  }

  private void find(String path, ByteString content) {
    if (!path.endsWith(".yaml") && !path.endsWith(".yml") && !path.endsWith(".peb")) {
      return;
    }
    String text = content.toStringUtf8();
    NAMES.forEach(
        (word, rest) -> {
          Matcher matcher = rest.matcher(text);
          for (int at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
            if (matcher.region(at + word.length(), text.length()).lookingAt()) {
              named.add(matcher.group(1));
            }
          }
        });
  }

  /** Templates see this of registries that have no file. */
  void know(Map<String, List<Service>> catalogs) {
    catalogs.forEach(
        (name, services) -> {
          if (!files.containsKey(name)) {
            live.put(name, services);
          }
        });
  }

  /** Those of these registries that no file describes. */
  SortedSet<String> withoutFile(Collection<String> registries) {
    TreeSet<String> without = new TreeSet<>(registries);
    without.removeAll(files.keySet());
    return without;
  }

  /** What is wrong with the files. */
  List<Problem> problems() {
    return problems;
  }

  /** What the render of a stage reads. */
  Inputs inputs(String stage, MeshFolder folder) {
    TreeMap<String, List<Service>> services = new TreeMap<>(live);
    files.forEach((name, file) -> services.put(name, file.catalog()));
    TreeMap<String, Set<String>> parameters = new TreeMap<>();
    named.forEach(
        name -> parameters.put(name, files.containsKey(name) ? Set.of("tag") : PARAMETERS));
    return new Inputs(stage, folder, services, parameters, new TreeMap<>(), true);
  }

  /** Stand-ins for the registries that the folder has no file for, with what is given of them. */
  List<Registry> given(Clock clock) {
    List<Registry> given = new ArrayList<>();
    for (String name : named) {
      if (!inFolder.contains(name)) {
        given.add(
            new GivenRegistry(
                name, Optional.ofNullable(files.get(name)).map(RegistryFile.Services::new), clock));
      }
    }
    return given;
  }

  /** The instances that the query names. */
  List<Instance> instances(DiscoveryQuery query) {
    Listing file = files.get(query.registry());
    return file == null
        ? List.of()
        : file.instances(query.service(), query.parameters().getOrDefault("tag", ""));
  }

  /** The services of each registry whose data is there. */
  Map<String, Set<String>> serviceNames() {
    Map<String, Set<String>> names = new TreeMap<>();
    files.forEach(
        (name, file) ->
            names.put(
                name, file.catalog().stream().map(Service::name).collect(Collectors.toSet())));
    names.keySet().removeAll(unreadable);
    return names;
  }

  /** Says which registries of these queries have no file. */
  void warn(Terminal terminal, Collection<DiscoveryQuery> queries) {
    for (String name : withoutFile(queries.stream().map(DiscoveryQuery::registry).toList())) {
      terminal.tell(
          terminal.yellow(
              "warning: registry "
                  + name
                  + " has no data here, so its services have no instances"
                  + " (--registry "
                  + name
                  + "=FILE gives it some)"));
    }
  }
}
