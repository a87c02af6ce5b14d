package dev.lish.render;

import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What templates see as {@code node}: {@code locality.zone} is {@code {locality: {zone: …}}}. */
final class NodeVariables extends TreeMap<String, Object> implements TemplateAttributes.Source {
  private static final long serialVersionUID = 1;

  private final String path;

  private NodeVariables(String path) {
    this.path = path;
  }

  /** The variables for one combination of a group's {@code by} values. */
  static NodeVariables of(SortedMap<String, String> by) {
    NodeVariables node = new NodeVariables("node");
    by.forEach((key, value) -> node.add(key, value));
    return node;
  }

  private void add(String key, String value) {
    int dot = key.indexOf('.');
    if (dot < 0) {
      put(key, value);
      return;
    }
    String outer = key.substring(0, dot);
    Object inner = computeIfAbsent(outer, k -> new NodeVariables(path + "." + outer));
    if (inner instanceof NodeVariables variables) {
      variables.add(key.substring(dot + 1), value);
    }
  }

  @Override
  public Optional<Object> attribute(String name) {
    return Optional.ofNullable(get(name));
  }

  @Override
  public String missing(String name) {
    String has = isEmpty() ? "nothing" : String.join(", ", keySet());
    return "%s has no %s (it has: %s; expected: a key that this group has in by)"
        .formatted(path, name, has);
  }
}
