package dev.lish.source.http;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import dev.lish.model.Locality;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads one instance. */
final class InstanceReader {
  private static final int MOST_WEIGHT = 1_000_000;
  private static final int SHOWN = 60;

  private final Mapping mapping;

  InstanceReader(Mapping mapping) {
    this.mapping = mapping;
  }

  /** What an instance has that no Envoy could use. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String message) {
      super(message);
    }
  }

  Instance instance(JsonNode node, SortedMap<String, String> metadata) throws Unusable {
    Mapping.Fields at = mapping.fields();
    HostAndPort place = place(node);
    String id = text(node, at.id(), "id");
    long weight = number(node, at.weight(), "weight", 0, MOST_WEIGHT, 1);
    Health health = health(node.at(at.health()));
    // As with Consul: a weight of zero means "no traffic", which Envoy has no weight for.
    if (weight == 0 && health != Health.MAINTENANCE) {
      health = Health.CRITICAL;
    }
    return new Instance(
        id.isEmpty() ? place.toString() : id,
        place.getHost(),
        place.getPort(),
        health,
        (int) Math.max(1, weight),
        new Locality(
            text(node, at.place().region(), "region"),
            text(node, at.place().zone(), "zone"),
            text(node, at.place().subZone(), "sub_zone")),
        metadata);
  }

  private HostAndPort place(JsonNode node) throws Unusable {
    String address = text(node, mapping.fields().address(), "address");
    HostAndPort place;
    try {
      place = HostAndPort.fromString(address);
    } catch (IllegalArgumentException e) {
      throw unusable("address", mapping.fields().address(), node, "an IPv4 or IPv6 address");
    }
    if (!InetAddresses.isInetAddress(place.getHost())) {
      throw unusable(
          "address",
          mapping.fields().address(),
          node,
          "an IPv4 or IPv6 address; Envoy takes no host names in EDS");
    }
    if (!place.hasPort() || !node.at(mapping.fields().port()).isMissingNode()) {
      int port = (int) number(node, mapping.fields().port(), "port", 1, 65_535, -1);
      return HostAndPort.fromParts(place.getHost(), port);
    }
    return place;
  }

  /** A word that is not known counts as critical, as an unknown status of Consul does. */
  private Health health(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return Health.PASSING;
    }
    String word = node.asText();
    Health known = mapping.health().get(word);
    return known != null
        ? known
        : mapping.health().getOrDefault(word.toLowerCase(Locale.ROOT), Health.CRITICAL);
  }

  Set<String> tags(JsonNode node) {
    JsonNode found = node.at(mapping.fields().tags());
    TreeSet<String> tags = new TreeSet<>();
    if (found.isTextual() && !found.asText().isEmpty()) {
      tags.add(found.asText());
    }
    for (JsonNode tag : found.isArray() ? found : Set.<JsonNode>of()) {
      if (tag.isValueNode() && !tag.isNull()) {
        tags.add(tag.asText());
      }
    }
    return tags;
  }

  /** Texts, numbers and truth values; what has parts is no metadata of an endpoint. */
  SortedMap<String, String> metadata(JsonNode node) {
    TreeMap<String, String> metadata = new TreeMap<>();
    JsonNode found = node.at(mapping.fields().metadata());
    for (Map.Entry<String, JsonNode> entry : found.properties()) {
      if (entry.getValue().isValueNode() && !entry.getValue().isNull()) {
        metadata.put(entry.getKey(), entry.getValue().asText());
      }
    }
    return metadata;
  }

  private static String text(JsonNode node, JsonPointer at, String what) throws Unusable {
    JsonNode found = node.at(at);
    if (found.isMissingNode() || found.isNull()) {
      return "";
    }
    if (!found.isValueNode()) {
      throw unusable(what, at, node, "text");
    }
    return found.asText();
  }

  private static long number(
      JsonNode node, JsonPointer at, String what, int least, int most, int byDefault)
      throws Unusable {
    JsonNode found = node.at(at);
    boolean absent = found.isMissingNode() || found.isNull();
    if (absent && byDefault >= least) {
      return byDefault;
    }
    try {
      long number = found.isTextual() ? Long.parseLong(found.asText().strip()) : found.longValue();
      boolean whole = found.isTextual() || found.isIntegralNumber();
      if (whole && number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // Told below, as it was found.
    }
    throw unusable(what, at, node, least + ".." + most);
  }

  private static Unusable unusable(String what, JsonPointer at, JsonNode node, String expected) {
    return new Unusable(
        "%s at \"%s\" of %s: %s (expected: %s)"
            .formatted(what, at, show(node), show(node.at(at)), expected));
  }

  static String show(JsonNode node) {
    String text = node.isMissingNode() ? "nothing" : node.toString();
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
  }
}
