package dev.lish.source;

import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A service in a registry's catalog, as templates see it.
 *
 * @param name the service
 * @param tags of any of its instances
 * @param metadata where the registry has some per service
 */
public record Service(String name, SortedSet<String> tags, SortedMap<String, String> metadata) {
  /** Copies the collections. */
  public Service {
    tags = Collections.unmodifiableSortedSet(new TreeSet<>(tags));
    metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
  }
}
