package dev.lish.source.consul;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.lish.model.Locality;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What {@code /v1/health/service/NAME} says.
 *
 * @param instances sorted by id
 * @param leftOut instances that no Envoy could use, each with the reason
 */
record HealthAnswer(List<Instance> instances, List<String> leftOut) {
  private static final ObjectMapper JSON = new ObjectMapper();

  HealthAnswer {
    instances = List.copyOf(instances);
    leftOut = List.copyOf(leftOut);
  }

  /**
   * Parses the body.
   *
   * @throws IOException when it is not what Consul documents
   */
  static HealthAnswer parse(ByteString body) throws IOException {
    JsonNode entries = JSON.readTree(body.newInput());
    if (!entries.isArray()) {
      throw new IOException("a " + entries.getNodeType() + " (expected: a list of instances)");
    }
    List<Instance> instances = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    for (JsonNode entry : entries) {
      JsonNode node = entry.path("Node");
      JsonNode service = entry.path("Service");
      String id = node.path("Node").asText() + "/" + service.path("ID").asText();
      String own = service.path("Address").asText();
      String address = own.isEmpty() ? node.path("Address").asText() : own;
      int port = service.path("Port").asInt();
      if (address.isEmpty()) {
        leftOut.add(id + ": no address (expected: one of the service or of its node)");
      } else if (port < 1 || port > 65_535) {
        leftOut.add(id + ": port " + port + " (expected: 1..65535)");
      } else {
        instances.add(instance(id, address, port, entry));
      }
    }
    instances.sort(Comparator.comparing(Instance::id));
    return new HealthAnswer(instances, leftOut);
  }

  private static Instance instance(String id, String address, int port, JsonNode entry) {
    JsonNode service = entry.path("Service");
    Health health = health(entry.path("Checks"));
    JsonNode weights = service.path("Weights");
    int weight =
        health == Health.WARNING
            ? weights.path("Warning").asInt(1)
            : weights.path("Passing").asInt(1);
    // Consul's own control plane takes a weight of zero (Warning may be) for "no traffic".
    if (weight < 1 && health != Health.MAINTENANCE) {
      health = Health.CRITICAL;
    }
    return new Instance(
        id, address, port, health, Math.max(1, weight), locality(entry), metadata(entry));
  }

  /** The worst check counts; the checks of maintenance mode count before all others. */
  private static Health health(JsonNode checks) {
    Health worst = Health.PASSING;
    for (JsonNode check : checks) {
      String checkId = check.path("CheckID").asText();
      if (checkId.equals("_node_maintenance") || checkId.startsWith("_service_maintenance:")) {
        return Health.MAINTENANCE;
      }
      Health health =
          switch (check.path("Status").asText()) {
            case "passing" -> Health.PASSING;
            case "warning" -> Health.WARNING;
            default -> Health.CRITICAL;
          };
      if (health.compareTo(worst) > 0) {
        worst = health;
      }
    }
    return worst;
  }

  /**
   * The {@code Locality} of newer Consuls, the service's before the node's; else the keys {@code
   * region}, {@code zone} and {@code sub_zone} of the metadata. The datacenter does not stand in
   * for a missing region: an Envoy that was told its zone only would then match none.
   */
  private static Locality locality(JsonNode entry) {
    for (String owner : List.of("Service", "Node")) {
      JsonNode locality = entry.path(owner).path("Locality");
      String region = locality.path("Region").asText();
      String zone = locality.path("Zone").asText();
      if (!region.isEmpty() || !zone.isEmpty()) {
        return new Locality(region, zone, "");
      }
    }
    Map<String, String> metadata = metadata(entry);
    return new Locality(
        metadata.getOrDefault("region", ""),
        metadata.getOrDefault("zone", ""),
        metadata.getOrDefault("sub_zone", ""));
  }

  /**
   * The node's, overridden by the service's. What Consul sets by itself on nodes ({@code
   * consul-version}) is left out: else its upgrade would be a change of every endpoint.
   */
  private static SortedMap<String, String> metadata(JsonNode entry) {
    TreeMap<String, String> metadata = new TreeMap<>();
    for (Map.Entry<String, JsonNode> e : entry.path("Node").path("Meta").properties()) {
      if (!e.getKey().startsWith("consul-")) {
        metadata.put(e.getKey(), e.getValue().asText());
      }
    }
    for (Map.Entry<String, JsonNode> e : entry.path("Service").path("Meta").properties()) {
      metadata.put(e.getKey(), e.getValue().asText());
    }
    return metadata;
  }
}
