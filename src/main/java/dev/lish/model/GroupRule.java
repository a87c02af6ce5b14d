package dev.lish.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Who belongs to a group, and to which of its snapshots.
 *
 * @param name the group
 * @param match the nodes it takes
 * @param by node key to the values listed for it; one snapshot per combination
 */
public record GroupRule(String name, NodeMatch match, SortedMap<String, List<String>> by) {
  /** Copies the map. */
  public GroupRule {
    TreeMap<String, List<String>> copy = new TreeMap<>();
    by.forEach((key, values) -> copy.put(key, List.copyOf(values)));
    by = Collections.unmodifiableSortedMap(copy);
  }

  /** The node's {@code by} values; empty when it does not match or has a value not listed. */
  public Optional<SortedMap<String, String>> take(Node node) {
    if (!match.matches(node)) {
      return Optional.empty();
    }
    TreeMap<String, String> values = new TreeMap<>();
    for (Map.Entry<String, List<String>> key : by.entrySet()) {
      Optional<String> value =
          node.values(key.getKey()).stream().filter(key.getValue()::contains).findFirst();
      if (value.isEmpty()) {
        return Optional.empty();
      }
      values.put(key.getKey(), value.get());
    }
    return Optional.of(values);
  }

  /** Every combination of the listed values; one empty map when there is no {@code by}. */
  public List<SortedMap<String, String>> combinations() {
    List<SortedMap<String, String>> all = new ArrayList<>();
    all.add(new TreeMap<>());
    by.forEach(
        (key, values) -> {
          List<SortedMap<String, String>> longer = new ArrayList<>();
          for (SortedMap<String, String> prefix : all) {
            for (String value : values) {
              TreeMap<String, String> next = new TreeMap<>(prefix);
              next.put(key, value);
              longer.add(next);
            }
          }
          all.clear();
          all.addAll(longer);
        });
    return all;
  }
}
