package dev.lish.snapshot;

import dev.lish.model.ContentHash;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All resources of one type in a snapshot, by name. Immutable. Equal when the contents are, and
 * then the hash is equal too.
 */
public final class ResourceSet {
  private final ResourceType type;
  private final Map<String, Resource> byName;
  private final ContentHash hash;

  /** The last difference asked for: all streams of a group go from the same set to the same set. */
  private volatile Difference lastDifference;

  private ResourceSet(ResourceType type, Map<String, Resource> byName, ContentHash hash) {
    this.type = type;
    this.byName = Collections.unmodifiableMap(byName);
    this.hash = hash;
    this.lastDifference = new Difference(hash, Map.of(), Set.of());
  }

  /** A set without resources. */
  public static ResourceSet empty(ResourceType type) {
    return new ResourceSet(type, new HashMap<>(), ContentHash.EMPTY);
  }

  /**
   * A set of these resources, all of this type.
   *
   * @throws IllegalArgumentException when one is of another type, or two have the same name
   */
  public static ResourceSet of(ResourceType type, Collection<Resource> resources) {
    Map<String, Resource> byName = new HashMap<>(resources.size() * 2);
    ContentHash hash = ContentHash.EMPTY;
    for (Resource resource : resources) {
      if (resource.type() != type) {
        throw new IllegalArgumentException(resource + " (expected: a " + type.label() + ")");
      }
      if (byName.put(resource.name(), resource) != null) {
        throw new IllegalArgumentException(resource + " (expected: one resource of each name)");
      }
      hash = hash.plus(resource.hash());
    }
    return new ResourceSet(type, byName, hash);
  }

  /** This set with one resource put, replaced or (when empty) removed for each name. */
  public ResourceSet with(Map<String, Optional<Resource>> changes) {
    Map<String, Resource> next = new HashMap<>(byName);
    ContentHash nextHash = hash;
    for (Map.Entry<String, Optional<Resource>> change : changes.entrySet()) {
      Resource old =
          change.getValue().isPresent()
              ? next.put(change.getKey(), change.getValue().get())
              : next.remove(change.getKey());
      nextHash = old == null ? nextHash : nextHash.minus(old.hash());
      nextHash =
          change.getValue().isPresent() ? nextHash.plus(change.getValue().get().hash()) : nextHash;
    }
    return nextHash.equals(hash) ? this : new ResourceSet(type, next, nextHash);
  }

  /** What the resources are. */
  public ResourceType type() {
    return type;
  }

  /** The resources by name; unmodifiable, in no order. */
  public Map<String, Resource> byName() {
    return byName;
  }

  /** The resource of this name. */
  public Optional<Resource> get(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** Over all names and contents; the sum of the resources' hashes. */
  public ContentHash hash() {
    return hash;
  }

  /** The hash of just the resources of these names; a name without a resource adds nothing. */
  public ContentHash hash(Collection<String> names) {
    ContentHash sum = ContentHash.EMPTY;
    for (String name : names) {
      Resource resource = byName.get(name);
      sum = resource == null ? sum : sum.plus(resource.hash());
    }
    return sum;
  }

  /** What must be told to somebody who has the older set. Cached for the last older set. */
  public Difference since(ResourceSet older) {
    Difference last = lastDifference;
    if (last.older.equals(older.hash)) {
      return last;
    }
    Difference difference = compare(older);
    lastDifference = difference;
    return difference;
  }

  private Difference compare(ResourceSet older) {
    if (older.hash.equals(hash)) {
      return new Difference(older.hash, Map.of(), Set.of());
    }
    Map<String, Resource> changed = new TreeMap<>();
    byName.forEach(
        (name, resource) -> {
          if (!resource.equals(older.byName.get(name))) {
            changed.put(name, resource);
          }
        });
    Set<String> removed = new TreeSet<>(older.byName.keySet());
    removed.removeAll(byName.keySet());
    return new Difference(older.hash, changed, removed);
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof ResourceSet that && type == that.type && hash.equals(that.hash));
  }

  @Override
  public int hashCode() {
    return hash.hashCode();
  }

  @Override
  public String toString() {
    return type.label() + "×" + byName.size() + "@" + hash;
  }

  /** The difference between two sets; sorted by name. */
  public static final class Difference {
    /** Between equal sets. */
    public static final Difference NONE = new Difference(ContentHash.EMPTY, Map.of(), Set.of());

    /** Its hash only: the set itself would keep a chain of all older sets alive. */
    private final ContentHash older;

    private final Map<String, Resource> changed;
    private final Set<String> removed;

    private Difference(ContentHash older, Map<String, Resource> changed, Set<String> removed) {
      this.older = older;
      this.changed = Collections.unmodifiableMap(changed);
      this.removed = Collections.unmodifiableSet(removed);
    }

    /** Added or changed resources by name. */
    public Map<String, Resource> changed() {
      return changed;
    }

    /** Names that are gone. */
    public Set<String> removed() {
      return removed;
    }

    /** True when the sets are equal. */
    public boolean isEmpty() {
      return changed.isEmpty() && removed.isEmpty();
    }
  }
}
