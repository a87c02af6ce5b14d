package dev.lish.diff;

import dev.lish.model.ResourceType;
import java.util.List;

/**
 * A resource that differs.
 *
 * @param type what it is
 * @param name its name
 * @param kind how it differs
 * @param path the mesh file that it comes from, of the newer side where there is one
 * @param fields what differs in it, if it is on both sides
 * @param effect on an Envoy
 * @param bytes that are pushed to each Envoy
 */
public record ResourceChange(
    ResourceType type,
    String name,
    Kind kind,
    String path,
    List<FieldChange> fields,
    Effect effect,
    long bytes) {
  /** Copies the list. */
  public ResourceChange {
    fields = List.copyOf(fields);
  }

  /** How a resource differs. */
  public enum Kind {
    /** It is on the newer side only. */
    ADDED,
    /** It is on both sides. */
    CHANGED,
    /** It is on the older side only. */
    REMOVED
  }
}
