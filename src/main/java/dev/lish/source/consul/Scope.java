package dev.lish.source.consul;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The part of Consul in which a change shows to the same signals: parameters {@code dc}, {@code ns}
 * and {@code partition} of a request, those that are set.
 */
record Scope(SortedMap<String, String> parameters) {
  static final List<String> KEYS = List.of("dc", "ns", "partition");

  Scope {
    parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
  }

  /** The scope of a query with these parameters; the datacenter is used where it names none. */
  static Scope of(SortedMap<String, String> query, String datacenter) {
    TreeMap<String, String> parameters = new TreeMap<>();
    if (!datacenter.isEmpty()) {
      parameters.put("dc", datacenter);
    }
    for (String key : KEYS) {
      String value = query.getOrDefault(key, "");
      if (!value.isEmpty()) {
        parameters.put(key, value);
      }
    }
    return new Scope(parameters);
  }
}
