package dev.lish.pipeline;

import dev.lish.guard.Terms;
import dev.lish.render.EndpointSpec;

/**
 * An assignment as some clusters use it: one is made, guarded and kept, however many snapshots have
 * it. No record, because it is a key that is looked up all the time: its hash is made once.
 */
final class Guarded {
  private final EndpointSpec spec;
  private final Terms terms;
  private final int hash;

  /**
   * An assignment.
   *
   * @param spec how it comes about
   * @param terms on what terms its hosts may change
   */
  Guarded(EndpointSpec spec, Terms terms) {
    this.spec = spec;
    this.terms = terms;
    hash = spec.hashCode() * 31 + terms.hashCode();
  }

  EndpointSpec spec() {
    return spec;
  }

  Terms terms() {
    return terms;
  }

  @Override
  public boolean equals(Object other) {
    if (this == other) {
      return true;
    }
    return other instanceof Guarded that
        && hash == that.hash
        && spec.equals(that.spec)
        && terms.equals(that.terms);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return spec + " on " + terms;
  }
}
