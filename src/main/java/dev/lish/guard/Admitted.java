package dev.lish.guard;

import dev.lish.model.Resource;

/**
 * An assignment that may reach Envoys. Only this package makes one, and snapshots take nothing else
 * for endpoints, so none can be served that the guard has not seen.
 */
public final class Admitted {
  private final Resource resource;

  private Admitted(Resource resource) {
    this.resource = resource;
  }

  static Admitted of(Resource resource) {
    return new Admitted(resource);
  }

  /** The ClusterLoadAssignment. */
  public Resource resource() {
    return resource;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Admitted that && resource.equals(that.resource);
  }

  @Override
  public int hashCode() {
    return resource.hashCode();
  }

  @Override
  public String toString() {
    return "admitted " + resource;
  }
}
