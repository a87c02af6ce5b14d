package dev.lish.serve;

/**
 * What a stream speaks.
 *
 * @param delta incremental; else state of the world
 * @param ads aggregated; else one type only
 */
public record StreamKind(boolean delta, boolean ads) {
  /** {@code delta} or {@code sotw}. */
  public String protocol() {
    return delta ? "delta" : "sotw";
  }

  /** For example {@code delta ads} or {@code sotw separate}. */
  @Override
  public String toString() {
    return protocol() + (ads ? " ads" : " separate");
  }
}
