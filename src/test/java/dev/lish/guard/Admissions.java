package dev.lish.guard;

import dev.lish.model.Resource;
import java.util.Collection;
import java.util.List;

/** Assignments for tests of what comes after the guard. */
public final class Admissions {
  private Admissions() {}

  /** As if the guard had let them through. */
  public static List<Admitted> of(Collection<Resource> assignments) {
    return assignments.stream().map(Admitted::of).toList();
  }
}
