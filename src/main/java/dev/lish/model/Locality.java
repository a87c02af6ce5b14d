package dev.lish.model;

/**
 * Where something runs; an unknown part is empty.
 *
 * @param region for example {@code jp}
 * @param zone for example {@code tokyo-1}
 * @param subZone a rack, say
 */
public record Locality(String region, String zone, String subZone) implements Comparable<Locality> {
  /** Nothing is known. */
  public static final Locality UNKNOWN = new Locality("", "", "");

  /** True when no part is known. */
  public boolean isUnknown() {
    return equals(UNKNOWN);
  }

  @Override
  public int compareTo(Locality other) {
    int byRegion = region.compareTo(other.region);
    int byZone = byRegion != 0 ? byRegion : zone.compareTo(other.zone);
    return byZone != 0 ? byZone : subZone.compareTo(other.subZone);
  }
}
