package dev.lish.render;

import dev.lish.guard.ClusterRules;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;

/**
 * One YAML document, which is one resource.
 *
 * @param text the file it is in
 * @param line where it starts in the text
 * @param type what it is
 * @param name its name
 * @param content what it holds
 */
record Document(Text text, int line, ResourceType type, String name, Content content) {

  /** What a document holds, by what is left to do with it. */
  sealed interface Content {}

  /** Done: the same bytes for every group. */
  record Done(Resource resource) implements Content {}

  /** A cluster, and the assignment that it will ask for. */
  record Cluster(Resource resource, Optional<Eds> eds) implements Content {}

  /**
   * The assignment that a cluster asks for.
   *
   * @param name the EDS name
   * @param line where it is written
   * @param ours true when it asks on the stream that the cluster came by, so nobody but Lish
   *     answers
   * @param rules what the cluster says of hosts
   * @param joins how soon it uses a host that passes
   */
  record Eds(String name, int line, boolean ours, ClusterRules rules, Duration joins) {}

  /** An assignment without its entries, and these. */
  record Assignment(ClusterLoadAssignment base, List<Part> parts) implements Content {}

  /** An entry of {@code endpoints}. */
  sealed interface Part {}

  /** As Envoy knows it. */
  record Written(LocalityLbEndpoints endpoints) implements Part {}

  /**
   * {@code discover:}.
   *
   * @param line where it is written
   * @param parameters all keys but registry, service, priority, weight and optional
   * @param optional true: others do not wait for it
   */
  record Discover(
      int line,
      String registry,
      String service,
      SortedMap<String, String> parameters,
      int priority,
      OptionalInt weight,
      boolean optional)
      implements Part {}

  /** {@code path:line}, for messages about another document. */
  String place() {
    int fileLine = text.templateLine().applyAsInt(line);
    return fileLine > 0 ? text.path() + ":" + fileLine : text.path();
  }
}
