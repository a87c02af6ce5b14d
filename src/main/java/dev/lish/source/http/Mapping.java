package dev.lish.source.http;

import com.fasterxml.jackson.core.JsonPointer;
import dev.lish.source.Health;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Where in a JSON document things are, as JSON pointers (RFC 6901).
 *
 * @param services a list of services, or an object from a service's name to it; empty: the document
 *     lists instances only, each of which names its service
 * @param lists pointers to what has parts
 * @param fields pointers within an instance
 * @param health the registry's words for states
 */
public record Mapping(
    Optional<JsonPointer> services, Lists lists, Fields fields, Map<String, Health> health) {
  /** Adds Lish's own words, where the registry's do not say otherwise. */
  public Mapping {
    TreeMap<String, Health> words = new TreeMap<>();
    for (Health state : Health.values()) {
      words.put(state.name().toLowerCase(Locale.ROOT), state);
    }
    words.putAll(health);
    health = Collections.unmodifiableMap(words);
  }

  /**
   * From the keys of {@code map} in {@code lish.yaml}; a key that is not there is its own pointer.
   *
   * @throws IllegalArgumentException when a text is no JSON pointer
   */
  public static Mapping of(
      Optional<String> services, Map<String, String> pointers, Map<String, Health> health) {
    Function<String, JsonPointer> at =
        key -> JsonPointer.compile(pointers.getOrDefault(key, "/" + key));
    return new Mapping(
        services.map(JsonPointer::compile),
        new Lists(at.apply("service"), at.apply("instances")),
        new Fields(
            at.apply("id"),
            at.apply("address"),
            at.apply("port"),
            at.apply("health"),
            at.apply("weight"),
            new Place(at.apply("region"), at.apply("zone"), at.apply("sub_zone")),
            at.apply("tags"),
            at.apply("metadata")),
        health);
  }

  /**
   * Pointers to what has parts.
   *
   * @param service the name: within a service of a list, or within an instance when there are no
   *     services
   * @param instances the list: within a service, or in the document when there are no services
   */
  public record Lists(JsonPointer service, JsonPointer instances) {}

  /**
   * Pointers within an instance. What is not there has a default, but for the address.
   *
   * @param id by default {@code ADDRESS:PORT}
   * @param address an IP address, or {@code ADDRESS:PORT}
   */
  public record Fields(
      JsonPointer id,
      JsonPointer address,
      JsonPointer port,
      JsonPointer health,
      JsonPointer weight,
      Place place,
      JsonPointer tags,
      JsonPointer metadata) {}

  /** Where an instance runs. */
  public record Place(JsonPointer region, JsonPointer zone, JsonPointer subZone) {}
}
