package dev.lish.accesslog;

import dev.lish.model.Revision;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What Lish knows of the Envoy that writes a log.
 *
 * @param stage that it belongs to; empty: to none
 * @param group in that stage; empty: it belongs to none
 * @param accepted the revision that it last had accepted in full; empty: not known here
 * @param versions type of resource, such as {@code cluster}, to the version that it last accepted;
 *     empty: not known here
 * @param destinations where its requests go
 */
public record Origin(
    String stage,
    String group,
    Optional<Revision> accepted,
    Map<String, String> versions,
    Destinations destinations) {
  /** Nothing is known. */
  public static final Origin UNKNOWN = new Origin("", "", Optional.empty());

  /** Copies the map. */
  public Origin {
    versions = Collections.unmodifiableMap(new TreeMap<>(versions));
  }

  /** Without versions and destinations. */
  public Origin(String stage, String group, Optional<Revision> accepted) {
    this(stage, group, accepted, Map.of(), Destinations.NONE);
  }

  /** What sums are kept by: versions change with every endpoint. */
  Origin counted() {
    return new Origin(stage, group, accepted);
  }
}
