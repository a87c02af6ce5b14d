package dev.lish.render;

import java.util.AbstractMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a template sees, by name; it remembers which names were asked for. */
final class Variables extends AbstractMap<String, Object> {
  private final TreeMap<String, Object> values;
  private final TreeSet<String> asked = new TreeSet<>();

  Variables(Map<String, Object> values) {
    this.values = new TreeMap<>(values);
  }

  /** True when one of these was asked for. */
  boolean asked(String... names) {
    for (String name : names) {
      if (asked.contains(name)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public @Nullable Object get(@Nullable Object name) {
    return name instanceof String text && containsKey(text) ? values.get(text) : null;
  }

  @Override
  public boolean containsKey(@Nullable Object name) {
    if (name instanceof String text) {
      asked.add(text);
      return values.containsKey(text);
    }
    return false;
  }

  @Override
  public Object put(String name, Object value) {
    throw new UnsupportedOperationException(name + " cannot be set (expected: another name)");
  }

  @Override
  public Set<Entry<String, Object>> entrySet() {
    // Whoever walks over all of them has seen all of them.
    asked.addAll(values.keySet());
    return values.entrySet();
  }

  /** The names; asking for these is asking for no value. */
  Set<String> names() {
    return values.navigableKeySet();
  }
}
