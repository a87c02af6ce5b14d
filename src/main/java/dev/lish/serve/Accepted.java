package dev.lish.serve;

import dev.lish.model.Revision;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an Envoy has accepted.
 *
 * @param revision the last one that it accepted in full; empty: none since its streams came here
 * @param versions label of a type of resource to the version of it that was last accepted
 */
public record Accepted(Optional<Revision> revision, Map<String, String> versions) {
  /** Of an Envoy that is not here. */
  public static final Accepted NOTHING = new Accepted(Optional.empty(), Map.of());

  private static final Comparator<Revision> OLDEST = Comparator.comparingInt(Revision::number);

  /** Copies the map. */
  public Accepted {
    versions = Map.copyOf(versions);
  }

  /**
   * An Envoy may have a stream for each type, and counts by the one that is furthest behind.
   *
   * @param streams the older first
   */
  static Accepted of(List<Accepted> streams) {
    Map<String, String> versions = new HashMap<>();
    streams.forEach(stream -> versions.putAll(stream.versions));
    boolean all = streams.stream().allMatch(stream -> stream.revision.isPresent());
    Optional<Revision> least =
        streams.stream().map(Accepted::revision).flatMap(Optional::stream).min(OLDEST);
    return new Accepted(all ? least : Optional.empty(), versions);
  }
}
