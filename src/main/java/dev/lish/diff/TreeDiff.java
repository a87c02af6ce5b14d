package dev.lish.diff;

import dev.lish.render.TreeText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares two trees of Map, List, String, Number, Boolean and null, field by field. */
final class TreeDiff {
  private static final String NAME = "name";

  private final List<FieldChange> changes = new ArrayList<>();

  private TreeDiff() {}

  static List<FieldChange> between(@Nullable Object before, @Nullable Object after) {
    TreeDiff diff = new TreeDiff();
    diff.compare("", before, after);
    return diff.changes;
  }

  private void compare(String path, @Nullable Object before, @Nullable Object after) {
    if (before instanceof Map<?, ?> a && after instanceof Map<?, ?> b) {
      maps(path, a, b);
    } else if (before instanceof List<?> a && after instanceof List<?> b) {
      lists(path, a, b);
    } else if (!Objects.equals(before, after)) {
      changes.add(new FieldChange(path, text(before), text(after)));
    }
  }

  private void maps(String path, Map<?, ?> before, Map<?, ?> after) {
    Set<Object> keys = new LinkedHashSet<>(before.keySet());
    keys.addAll(after.keySet());
    for (Object key : keys) {
      String at = path.isEmpty() ? String.valueOf(key) : path + "." + key;
      if (!before.containsKey(key)) {
        changes.add(new FieldChange(at, Optional.empty(), text(after.get(key))));
      } else if (!after.containsKey(key)) {
        changes.add(new FieldChange(at, text(before.get(key)), Optional.empty()));
      } else {
        compare(at, before.get(key), after.get(key));
      }
    }
  }

  private void lists(String path, List<?> before, List<?> after) {
    Map<String, Object> named = byName(before);
    Map<String, Object> nowNamed = byName(after);
    if (named.size() == before.size() && nowNamed.size() == after.size()) {
      named(path, named, nowNamed);
    } else {
      byPlace(path, before, after);
    }
  }

  /** Elements by their name, as far as they have different ones. */
  private static Map<String, Object> byName(List<?> list) {
    Map<String, Object> all = new LinkedHashMap<>();
    for (Object element : list) {
      if (element instanceof Map<?, ?> map && map.get(NAME) instanceof String name) {
        all.put(name, element);
      }
    }
    return all;
  }

  private void named(String path, Map<String, Object> before, Map<String, Object> after) {
    Set<String> names = new LinkedHashSet<>(before.keySet());
    names.addAll(after.keySet());
    for (String name : names) {
      element(path + "[" + name + "]", before, after, name);
    }
    List<String> kept = new ArrayList<>(before.keySet());
    kept.retainAll(after.keySet());
    List<String> keptNow = new ArrayList<>(after.keySet());
    keptNow.retainAll(before.keySet());
    // The order of filters and virtual hosts means something.
    if (!kept.equals(keptNow)) {
      changes.add(new FieldChange(path + " (order)", text(kept), text(keptNow)));
    }
  }

  private void element(
      String at, Map<String, Object> before, Map<String, Object> after, String name) {
    if (!before.containsKey(name)) {
      changes.add(new FieldChange(at, Optional.empty(), text(after.get(name))));
    } else if (!after.containsKey(name)) {
      changes.add(new FieldChange(at, text(before.get(name)), Optional.empty()));
    } else {
      compare(at, before.get(name), after.get(name));
    }
  }

  /** What is equal at the start and at the end is left alone; between, place by place. */
  private void byPlace(String path, List<?> before, List<?> after) {
    int start = 0;
    int most = Math.min(before.size(), after.size());
    while (start < most && Objects.equals(before.get(start), after.get(start))) {
      start++;
    }
    int end = 0;
    while (end < most - start
        && Objects.equals(before.get(before.size() - 1 - end), after.get(after.size() - 1 - end))) {
      end++;
    }
    int paired = Math.min(before.size(), after.size()) - end;
    for (int i = start; i < paired; i++) {
      compare(path + "[" + i + "]", before.get(i), after.get(i));
    }
    for (int i = Math.max(start, paired); i < before.size() - end; i++) {
      changes.add(new FieldChange(path + "[" + i + "]", text(before.get(i)), Optional.empty()));
    }
    for (int i = Math.max(start, paired); i < after.size() - end; i++) {
      changes.add(new FieldChange(path + "[" + i + "]", Optional.empty(), text(after.get(i))));
    }
  }

  /** On one line; line breaks within texts are escaped. */
  private static Optional<String> text(@Nullable Object value) {
    return Optional.of(TreeText.json(value).strip().replaceAll("\\s*\\n\\s*", " "));
  }
}
