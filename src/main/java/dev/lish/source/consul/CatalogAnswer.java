package dev.lish.source.consul;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.lish.source.Service;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What {@code /v1/catalog/services} says. */
final class CatalogAnswer {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CatalogAnswer() {}

  /**
   * Parses the body; sorted by name. The catalog has no metadata per service.
   *
   * @throws IOException when it is not what Consul documents
   */
  static List<Service> parse(ByteString body) throws IOException {
    JsonNode names = JSON.readTree(body.newInput());
    if (!names.isObject()) {
      throw new IOException("a " + names.getNodeType() + " (expected: services and their tags)");
    }
    List<Service> services = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : names.properties()) {
      TreeSet<String> tags = new TreeSet<>();
      entry.getValue().forEach(tag -> tags.add(tag.asText()));
      services.add(new Service(entry.getKey(), tags, new TreeMap<>()));
    }
    services.sort(Comparator.comparing(Service::name));
    return List.copyOf(services);
  }
}
