package dev.lish.delivery;

import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Notices what a generator gone wrong does to a mesh: that the resources of a type double, or lose
 * half, in number or in bytes. Pure.
 */
public final class Growth {
  /** Where neither before nor after there are so many, twice is no more than an edit by hand. */
  public static final int LEAST_RESOURCES = 100;

  /** The same for bytes. */
  public static final long LEAST_BYTES = 128 << 10;

  private Growth() {}

  /**
   * How much there is of a type.
   *
   * @param resources how many
   * @param bytes of all of them, serialized
   */
  public record Size(int resources, long bytes) {
    /** Nothing. */
    public static final Size NONE = new Size(0, 0);
  }

  /**
   * What one kind of Envoy gets.
   *
   * @param byType without endpoints, which come and go with instances
   */
  public record Sizes(Map<ResourceType, Size> byType) {
    /** Copies the map. */
    public Sizes {
      EnumMap<ResourceType, Size> copy = new EnumMap<>(ResourceType.class);
      copy.putAll(byType);
      byType = Collections.unmodifiableMap(copy);
    }

    /** The sizes of these resources, by type and name. */
    public static Sizes of(Map<ResourceType, ? extends Map<String, Resource>> resources) {
      Map<ResourceType, Size> byType = new EnumMap<>(ResourceType.class);
      resources.forEach(
          (type, byName) -> {
            long bytes = 0;
            for (Resource resource : byName.values()) {
              bytes += resource.body().size();
            }
            byType.put(type, new Size(byName.size(), bytes));
          });
      return new Sizes(byType);
    }

    Size of(ResourceType type) {
      return byType.getOrDefault(type, Size.NONE);
    }
  }

  /**
   * One sentence for each kind and type that doubles or loses half, sorted; kinds that are new or
   * gone are not compared.
   */
  public static List<String> jumps(Map<SnapshotKey, Sizes> before, Map<SnapshotKey, Sizes> after) {
    Map<String, Sizes> sorted = new TreeMap<>();
    Map<String, Sizes> old = new TreeMap<>();
    after.forEach((key, sizes) -> sorted.put(key.toString(), sizes));
    before.forEach((key, sizes) -> old.put(key.toString(), sizes));
    List<String> jumps = new ArrayList<>();
    sorted.forEach(
        (key, sizes) -> {
          Sizes was = old.get(key);
          if (was != null) {
            for (ResourceType type : ResourceType.values()) {
              jump(was.of(type), sizes.of(type))
                  .ifPresent(text -> jumps.add(type.folder() + " of " + key + " " + text));
            }
          }
        });
    return jumps;
  }

  private static Optional<String> jump(Size was, Size is) {
    if (leaps(was.resources(), is.resources(), LEAST_RESOURCES)) {
      return Optional.of(
          "%s from %d to %d"
              .formatted(verb(was.resources(), is.resources()), was.resources(), is.resources()));
    }
    if (leaps(was.bytes(), is.bytes(), LEAST_BYTES)) {
      return Optional.of(
          "%s from %d to %d KiB"
              .formatted(verb(was.bytes(), is.bytes()), was.bytes() >> 10, is.bytes() >> 10));
    }
    return Optional.empty();
  }

  /** The first of a type are added by somebody who means it, so nothing doubles from nothing. */
  private static boolean leaps(long was, long is, long least) {
    return was > 0 && Math.max(is, was) >= least && (is >= 2 * was || 2 * is <= was);
  }

  private static String verb(long was, long is) {
    return is > was ? "grow" : "shrink";
  }
}
