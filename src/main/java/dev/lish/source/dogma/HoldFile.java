package dev.lish.source.dogma;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lish.model.ContentHash;
import dev.lish.model.Locality;
import dev.lish.source.Health;
import dev.lish.source.Hold;
import dev.lish.source.Instance;
import dev.lish.source.Release;
import dev.lish.source.dogma.SharedFile.Broken;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The files that say what of changes of hosts is kept back.
 *
 * <p>{@code /holds/<name>.json}:
 *
 * <pre>{@code
 * {"kind": "gone", "of": "consul:shop", "hosts": {"10.0.0.1:80": {"since": "…", "until": "…",
 *   "instance": {"id": "shop-1", "address": "10.0.0.1", "port": 80, "health": "passing", "weight": 1}}}}
 * }</pre>
 *
 * <p>{@code /releases/<cluster>.json}: {@code {"cluster": "shop", "of": ["consul:shop"], "by":
 * "ann", "reason": "…", "at": "…"}}.
 */
final class HoldFile {
  static final String HOLDS = "/holds/";
  static final String RELEASES = "/releases/";

  private HoldFile() {}

  /** Names of clusters may hold what no file name may. */
  static String fileName(String cluster) {
    return cluster.matches("[-_0-9a-zA-Z]{1,80}")
        ? cluster
        : ContentHash.of(cluster.getBytes(UTF_8)).toString();
  }

  static String write(Hold hold) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("kind", hold.kind().label()).put("of", hold.of());
    ObjectNode hosts = node.putObject("hosts");
    hold.hosts()
        .forEach(
            (key, entry) -> {
              ObjectNode host = hosts.putObject(key);
              host.put("since", entry.since().toString()).put("until", entry.until().toString());
              entry.instance().ifPresent(instance -> write(host.putObject("instance"), instance));
            });
    return node.toString();
  }

  private static void write(ObjectNode node, Instance instance) {
    node.put("id", instance.id())
        .put("address", instance.address())
        .put("port", instance.port())
        .put("health", instance.health().name().toLowerCase(Locale.ROOT))
        .put("weight", instance.weight())
        .put("region", instance.locality().region())
        .put("zone", instance.locality().zone())
        .put("sub_zone", instance.locality().subZone());
    ObjectNode metadata = node.putObject("metadata");
    instance.metadata().forEach(metadata::put);
  }

  static Hold hold(String text) throws Broken {
    JsonNode node = SharedFile.object(text);
    TreeMap<String, Hold.Entry> hosts = new TreeMap<>();
    JsonNode listed = SharedFile.value(node, "hosts", JsonNode::isObject, "hosts by address");
    for (Map.Entry<String, JsonNode> host : listed.properties()) {
      JsonNode entry = host.getValue();
      Optional<Instance> instance =
          entry.has("instance") ? Optional.of(instance(entry.path("instance"))) : Optional.empty();
      hosts.put(
          host.getKey(),
          new Hold.Entry(
              SharedFile.time(entry, "since"), SharedFile.time(entry, "until"), instance));
    }
    return new Hold(constant(Hold.Kind.class, node, "kind"), SharedFile.text(node, "of"), hosts);
  }

  private static Instance instance(JsonNode node) throws Broken {
    TreeMap<String, String> metadata = new TreeMap<>();
    node.path("metadata")
        .properties()
        .forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
    try {
      return new Instance(
          SharedFile.text(node, "id"),
          SharedFile.text(node, "address"),
          SharedFile.number(node, "port", 1),
          constant(Health.class, node, "health"),
          SharedFile.number(node, "weight", 1),
          new Locality(
              SharedFile.text(node, "region"),
              SharedFile.text(node, "zone"),
              SharedFile.text(node, "sub_zone")),
          metadata);
    } catch (IllegalArgumentException e) {
      throw new Broken(String.valueOf(e.getMessage()));
    }
  }

  private static <E extends Enum<E>> E constant(Class<E> type, JsonNode node, String key)
      throws Broken {
    String text = SharedFile.text(node, key);
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(text)) {
        return constant;
      }
    }
    throw new Broken(key + ": \"" + text + "\" (expected: one of its kind)");
  }

  static String write(Release release) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("cluster", release.cluster());
    release.of().forEach(node.putArray("of")::add);
    return SharedFile.origin(node, release.by(), release.reason(), release.at());
  }

  static Release release(String text) throws Broken {
    JsonNode node = SharedFile.object(text);
    TreeSet<String> of = new TreeSet<>();
    SharedFile.value(node, "of", JsonNode::isArray, "a list").forEach(one -> of.add(one.asText()));
    return new Release(
        SharedFile.text(node, "cluster"),
        of,
        SharedFile.text(node, "by"),
        SharedFile.text(node, "reason"),
        SharedFile.at(node));
  }
}
