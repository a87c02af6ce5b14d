package dev.lish.source.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.lish.source.Instance;
import dev.lish.source.Listing;
import dev.lish.source.Listing.Listed;
import dev.lish.source.Service;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a document says.
 *
 * @param listing the services of which something can be used, or that list no instances
 * @param broken services whose instances are all unusable, each with the first reason
 * @param leftOut instances that cannot be used, each with the reason
 */
record Reading(Listing listing, SortedMap<String, String> broken, List<String> leftOut) {
  static final int MOST_INSTANCES = 100_000;

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  /**
   * Reads a document.
   *
   * @throws IOException when it is no JSON, or its shape is not what the mapping says; then nothing
   *     of it counts
   */
  static Reading of(ByteString body, Mapping mapping) throws IOException {
    JsonNode document;
    try {
      document = JSON.readTree(body.newInput());
    } catch (JsonProcessingException e) {
      JsonLocation where = e.getLocation();
      throw new IOException(
          "line %d, column %d: %s (expected: one JSON document)"
              .formatted(where.getLineNr(), where.getColumnNr(), e.getOriginalMessage()),
          e);
    }
    Collected collected = new Collected(mapping);
    if (mapping.services().isEmpty()) {
      for (JsonNode instance : list(document, mapping.lists().instances(), "instances")) {
        JsonNode service = instance.at(mapping.lists().service());
        collected.add(collected.named(service, mapping.lists().service()), instance);
      }
    } else {
      collected.addAll(document.at(mapping.services().get()), mapping.services().get());
    }
    return collected.reading();
  }

  private static JsonNode list(JsonNode owner, JsonPointer pointer, String what)
      throws IOException {
    JsonNode list = owner.at(pointer);
    if (!list.isArray()) {
      throw new IOException(
          what + " at \"" + pointer + "\": " + InstanceReader.show(list) + " (expected: a list)");
    }
    return list;
  }

  /** What was read of one service so far. */
  private static final class Part {
    final Map<Instance, Set<String>> instances = new HashMap<>();
    final Set<String> ids = new HashSet<>();
    final TreeSet<String> tags = new TreeSet<>();
    final TreeMap<String, String> metadata = new TreeMap<>();
    String firstTrouble = "";
  }

  /** Collects services. */
  private static final class Collected {
    private final Mapping mapping;
    private final InstanceReader reader;
    private final TreeMap<String, Part> parts = new TreeMap<>();
    private final List<String> leftOut = new ArrayList<>();
    private int count;

    Collected(Mapping mapping) {
      this.mapping = mapping;
      reader = new InstanceReader(mapping);
    }

    /** A service's own tags and metadata are at the same places as those of an instance. */
    void addAll(JsonNode services, JsonPointer at) throws IOException {
      if (services.isObject()) {
        for (Map.Entry<String, JsonNode> entry : services.properties()) {
          addService(entry.getKey(), entry.getValue());
        }
      } else if (services.isArray()) {
        for (JsonNode service : services) {
          JsonPointer name = mapping.lists().service();
          addService(named(service.at(name), name), service);
        }
      } else {
        throw new IOException(
            "services at \""
                + at
                + "\": "
                + InstanceReader.show(services)
                + " (expected: a list or an object)");
      }
    }

    private void addService(String name, JsonNode service) throws IOException {
      Part part = part(name);
      part.tags.addAll(reader.tags(service));
      part.metadata.putAll(reader.metadata(service));
      JsonNode instances =
          service.isArray()
              ? service
              : list(service, mapping.lists().instances(), name + ": instances");
      for (JsonNode instance : instances) {
        add(name, instance);
      }
    }

    String named(JsonNode name, JsonPointer at) throws IOException {
      if (!name.isTextual() || name.asText().isEmpty() || name.asText().indexOf('?') >= 0) {
        throw new IOException(
            "service at \""
                + at
                + "\": "
                + InstanceReader.show(name)
                + " (expected: a name without question mark)");
      }
      return name.asText();
    }

    private Part part(String name) {
      return parts.computeIfAbsent(name, any -> new Part());
    }

    void add(String service, JsonNode node) throws IOException {
      if (++count > MOST_INSTANCES) {
        throw new IOException("more than " + MOST_INSTANCES + " instances");
      }
      Part part = part(service);
      try {
        TreeMap<String, String> metadata = new TreeMap<>(part.metadata);
        metadata.putAll(reader.metadata(node));
        Instance instance = reader.instance(node, metadata);
        if (!part.ids.add(instance.id())) {
          throw new InstanceReader.Unusable(instance.id() + " twice (expected: once)");
        }
        TreeSet<String> tags = new TreeSet<>(part.tags);
        tags.addAll(reader.tags(node));
        part.instances.put(instance, Set.copyOf(tags));
      } catch (InstanceReader.Unusable e) {
        String trouble = service + ": " + e.getMessage();
        leftOut.add(trouble);
        part.firstTrouble = part.firstTrouble.isEmpty() ? trouble : part.firstTrouble;
      }
    }

    Reading reading() {
      TreeMap<String, Listed> listed = new TreeMap<>();
      TreeMap<String, String> broken = new TreeMap<>();
      parts.forEach(
          (name, part) -> {
            if (part.instances.isEmpty() && !part.firstTrouble.isEmpty()) {
              broken.put(name, "no instance can be used, the first is " + part.firstTrouble);
            } else {
              TreeSet<String> tags = new TreeSet<>(part.tags);
              part.instances.values().forEach(tags::addAll);
              Service service = new Service(name, tags, part.metadata);
              listed.put(name, Listed.of(service, part.instances));
            }
          });
      return new Reading(new Listing(listed), broken, List.copyOf(leftOut));
    }
  }
}
