package dev.lish.source.files;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import com.google.protobuf.ByteString;
import dev.lish.model.Locality;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import dev.lish.source.Listing;
import dev.lish.source.Listing.Listed;
import dev.lish.source.Service;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads the format of {@link RegistryFile}. */
final class RegistryFileReader {
  static final int MOST_INSTANCES = 100_000;
  private static final Set<String> INSTANCE_KEYS =
      Set.of(
          "id",
          "address",
          "port",
          "weight",
          "health",
          "region",
          "zone",
          "sub_zone",
          "tags",
          "metadata");

  private final YamlFile yaml;
  private int instances;
  private Optional<MappingNode> services = Optional.empty();

  RegistryFileReader(String path) {
    yaml = new YamlFile(path);
  }

  RegistryFile read(ByteString content) {
    TreeMap<String, Listed> listed = new TreeMap<>();
    Optional<Node> root = yaml.root(content);
    if (root.isPresent()) {
      Map<String, Node> top = keys(root.get(), "the file", Set.of("services"));
      Node found = top.get("services");
      if (found == null) {
        yaml.problem(0, "no services (expected: services:)");
      } else if (!isNothing(found)) {
        services = found instanceof MappingNode map ? Optional.of(map) : Optional.empty();
        yaml.map(found, "services").forEach((name, node) -> listed.put(name, service(name, node)));
      }
    }
    return yaml.problems().isEmpty()
        ? new RegistryFile.Services(new Listing(listed))
        : new RegistryFile.Broken(yaml.problems());
  }

  /** The map of the services that was read last. */
  Optional<MappingNode> services() {
    return services;
  }

  private Listed service(String name, Node node) {
    if (name.isEmpty() || name.indexOf('?') >= 0) {
      yaml.problem(
          YamlFile.line(node), "service \"" + name + "\" (expected: a name without question mark)");
    }
    // The short form: nothing but the instances.
    Map<String, Node> keys =
        node instanceof SequenceNode
            ? Map.of("instances", node)
            : keys(node, name, Set.of("tags", "metadata", "instances"));
    Set<String> tags = tags(keys, name);
    SortedMap<String, String> metadata = metadata(keys, name);
    TreeSet<String> allTags = new TreeSet<>(tags);
    Map<Instance, Set<String>> found = new HashMap<>();
    Set<String> ids = new HashSet<>();
    Node list = keys.get("instances");
    if (list == null) {
      yaml.problem(YamlFile.line(node), name + ": no instances (expected: instances:, maybe [])");
      return Listed.of(new Service(name, allTags, metadata), found);
    }
    for (Node item : yaml.list(list, name + ": instances")) {
      if (++instances > MOST_INSTANCES) {
        yaml.problem(YamlFile.line(item), "more than " + MOST_INSTANCES + " instances");
        break;
      }
      Set<String> own = new TreeSet<>(tags);
      Optional<Instance> instance = instance(name, item, metadata, own);
      allTags.addAll(own);
      instance.ifPresent(
          i -> {
            found.put(i, Set.copyOf(own));
            if (!ids.add(i.id())) {
              yaml.problem(
                  YamlFile.line(item), name + ": instance " + i.id() + " twice (expected: once)");
            }
          });
    }
    return Listed.of(new Service(name, allTags, metadata), found);
  }

  /** One instance; adds its own tags to the set. */
  private Optional<Instance> instance(
      String service, Node node, SortedMap<String, String> inherited, Set<String> tags) {
    if (node instanceof ScalarNode scalar) {
      return hostAndPort(service, scalar, inherited);
    }
    String what = service + ": instance";
    Map<String, Node> keys = keys(node, what, INSTANCE_KEYS);
    tags.addAll(tags(keys, what));
    TreeMap<String, String> metadata = new TreeMap<>(inherited);
    metadata.putAll(metadata(keys, what));
    Optional<String> address = required(keys, "address", node, what).flatMap(this::address);
    Optional<Integer> port =
        required(keys, "port", node, what).flatMap(n -> yaml.number(n, "port", 1, 65_535));
    int weight =
        Optional.ofNullable(keys.get("weight"))
            .flatMap(n -> yaml.number(n, "weight", 1, 1_000_000))
            .orElse(1);
    Health health =
        Optional.ofNullable(keys.get("health")).map(this::health).orElse(Health.PASSING);
    Locality locality =
        new Locality(string(keys, "region"), string(keys, "zone"), string(keys, "sub_zone"));
    String id = string(keys, "id");
    if (address.isEmpty() || port.isEmpty()) {
      return Optional.empty();
    }
    String place = HostAndPort.fromParts(address.get(), port.get()).toString();
    return Optional.of(
        new Instance(
            id.isEmpty() ? place : id,
            address.get(),
            port.get(),
            health,
            weight,
            locality,
            metadata));
  }

  /** The short form: {@code ADDRESS:PORT}. */
  private Optional<Instance> hostAndPort(
      String service, ScalarNode node, SortedMap<String, String> metadata) {
    String text = node.getValue();
    try {
      HostAndPort place = HostAndPort.fromString(text);
      if (place.hasPort() && place.getPort() > 0 && InetAddresses.isInetAddress(place.getHost())) {
        return Optional.of(
            new Instance(
                place.toString(),
                place.getHost(),
                place.getPort(),
                Health.PASSING,
                1,
                Locality.UNKNOWN,
                metadata));
      }
    } catch (IllegalArgumentException notAPlace) {
      // Told below, as it was found.
    }
    yaml.problem(
        YamlFile.line(node),
        service
            + ": instance "
            + YamlFile.found(node)
            + " (expected: ADDRESS:PORT with an IPv4 address or an IPv6 address in brackets, or a"
            + " map)");
    return Optional.empty();
  }

  private Optional<String> address(Node node) {
    Optional<String> text = yaml.text(node, "address");
    if (text.isPresent() && !InetAddresses.isInetAddress(text.get())) {
      yaml.problem(
          YamlFile.line(node),
          "address: "
              + YamlFile.found(node)
              + " (expected: an IPv4 or IPv6 address; Envoy takes no host names in EDS)");
      return Optional.empty();
    }
    return text;
  }

  private Health health(Node node) {
    String text = yaml.text(node, "health").orElse("passing");
    for (Health health : Health.values()) {
      if (health.name().toLowerCase(Locale.ROOT).equals(text)) {
        return health;
      }
    }
    yaml.problem(
        YamlFile.line(node),
        "health: "
            + YamlFile.found(node)
            + " (expected: passing, warning, degraded, critical or maintenance)");
    return Health.PASSING;
  }

  private Optional<Node> required(Map<String, Node> keys, String key, Node owner, String what) {
    Node node = keys.get(key);
    if (node == null) {
      yaml.problem(YamlFile.line(owner), what + ": no " + key + " (expected: " + key + ":)");
    }
    return Optional.ofNullable(node);
  }

  private String string(Map<String, Node> keys, String key) {
    return Optional.ofNullable(keys.get(key)).flatMap(n -> yaml.text(n, key)).orElse("");
  }

  private Set<String> tags(Map<String, Node> keys, String what) {
    TreeSet<String> tags = new TreeSet<>();
    Node node = keys.get("tags");
    if (node != null) {
      yaml.list(node, what + ": tags")
          .forEach(n -> yaml.text(n, what + ": tag").ifPresent(tags::add));
    }
    return tags;
  }

  private SortedMap<String, String> metadata(Map<String, Node> keys, String what) {
    TreeMap<String, String> metadata = new TreeMap<>();
    Node node = keys.get("metadata");
    if (node != null) {
      yaml.map(node, what + ": metadata")
          .forEach(
              (key, value) ->
                  yaml.text(value, what + ": metadata: " + key)
                      .ifPresent(text -> metadata.put(key, text)));
    }
    return metadata;
  }

  /** The entries of a map that has these keys only. */
  private Map<String, Node> keys(Node node, String what, Set<String> known) {
    Map<String, Node> entries = yaml.map(node, what);
    entries.forEach(
        (key, value) -> {
          if (!known.contains(key)) {
            String expected = String.join(", ", new TreeSet<>(known));
            yaml.problem(
                YamlFile.line(value),
                what + ": unknown key " + key + " (expected: " + expected + ")");
          }
        });
    return entries;
  }

  private static boolean isNothing(Node node) {
    return node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.NULL);
  }
}
