package dev.lish.model;

/**
 * A revision of a repository in Central Dogma, counted from 1; a folder on disk has revision 0.
 *
 * @param number the major revision
 */
public record Revision(int number) implements Comparable<Revision> {
  /** The revision of a folder that is not in a repository. */
  public static final Revision NONE = new Revision(0);

  /** Checks the range. */
  public Revision {
    if (number < 0) {
      throw new IllegalArgumentException("revision: " + number + " (expected: 0 or more)");
    }
  }

  @Override
  public int compareTo(Revision other) {
    return Integer.compare(number, other.number);
  }

  @Override
  public String toString() {
    return Integer.toString(number);
  }
}
