package dev.lish.render;

import io.pebbletemplates.pebble.error.PebbleException;
import io.pebbletemplates.pebble.extension.Filter;
import io.pebbletemplates.pebble.template.EvaluationContext;
import io.pebbletemplates.pebble.template.PebbleTemplate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Pebble's filters with a bound, and ours in place of those that cannot be bounded from outside.
 */
final class TemplateFilters {
  /** These take lists and maps; all others take text, numbers and booleans. */
  private static final Set<String> OF_LISTS =
      Set.of("first", "last", "length", "slice", "sort", "rsort", "reverse");

  /** Ours. */
  static final Set<String> NAMES = Set.of("join", "split", "replace", "merge");

  private TemplateFilters() {}

  /** A filter's work. */
  private interface Work {
    @Nullable Object apply(Evaluation now, @Nullable Object input, Map<String, Object> arguments);
  }

  /** Ours. */
  static Map<String, Filter> all(Supplier<Evaluation> evaluation) {
    return Map.of(
        "join", new Ours(List.of("separator"), evaluation, TemplateFilters::join),
        "split", new Ours(List.of("delimiter"), evaluation, TemplateFilters::split),
        "replace", new Ours(List.of("replace_pairs"), evaluation, TemplateFilters::replace),
        "merge", new Ours(List.of("items"), evaluation, TemplateFilters::merge));
  }

  /** Pebble's filter: checks what goes in, counts what comes out. */
  static Filter bounded(String name, Filter filter, Supplier<Evaluation> evaluation) {
    return new Filter() {
      @Override
      public @Nullable Object apply(
          @Nullable Object input,
          Map<String, Object> arguments,
          PebbleTemplate self,
          EvaluationContext context,
          int line) {
        Evaluation now = evaluation.get();
        Object checked = input;
        if (input instanceof List<?> list && OF_LISTS.contains(name)) {
          // Pebble sorts in place, and the list may be one of the inputs of the render.
          now.make(list.size());
          checked = new ArrayList<>(list);
        } else if (!OF_LISTS.contains(name)) {
          now.make(now.text(input).length());
        }
        try {
          return now.bound(filter.apply(checked, arguments, self, context, line));
        } catch (PebbleException e) {
          throw e;
        } catch (RuntimeException e) {
          throw now.problem("the filter " + name + " cannot take this " + Evaluation.kind(input));
        }
      }

      @Override
      public List<String> getArgumentNames() {
        return filter.getArgumentNames();
      }
    };
  }

  private static Object join(
      Evaluation now, @Nullable Object input, Map<String, Object> arguments) {
    String separator = now.text(arguments.get("separator"));
    StringJoiner joiner = new StringJoiner(separator);
    if (!(input instanceof Collection<?> list)) {
      throw now.problem("join: a " + Evaluation.kind(input) + " (expected: a list)");
    }
    for (Object entry : list) {
      String text = now.text(entry);
      now.make((long) text.length() + separator.length());
      joiner.add(text);
    }
    return joiner.toString();
  }

  /** By plain text, unlike Pebble's, whose regular expressions may take for ever. */
  private static Object split(
      Evaluation now, @Nullable Object input, Map<String, Object> arguments) {
    String text = now.text(input);
    String delimiter = now.text(arguments.get("delimiter"));
    if (delimiter.isEmpty()) {
      throw now.problem("split: no delimiter (expected: some text)");
    }
    now.make(text.length());
    List<String> parts = new ArrayList<>();
    int start = 0;
    for (int end = text.indexOf(delimiter); end >= 0; end = text.indexOf(delimiter, start)) {
      parts.add(text.substring(start, end));
      start = end + delimiter.length();
    }
    parts.add(text.substring(start));
    return parts;
  }

  /** In the order of the keys, so that the result does not depend on how a map is stored. */
  private static Object replace(
      Evaluation now, @Nullable Object input, Map<String, Object> arguments) {
    String text = now.text(input);
    if (!(arguments.get("replace_pairs") instanceof Map<?, ?> map)) {
      throw now.problem("replace: no pairs (expected: replace({\"from\": \"to\"}))");
    }
    TreeMap<String, String> pairs = new TreeMap<>();
    map.forEach((from, to) -> pairs.put(now.text(from), now.text(to)));
    for (Map.Entry<String, String> pair : pairs.entrySet()) {
      if (pair.getKey().isEmpty()) {
        throw now.problem("replace: \"\" as a key (expected: some text)");
      }
      long found = 0;
      for (int at = text.indexOf(pair.getKey());
          at >= 0;
          at = text.indexOf(pair.getKey(), at + pair.getKey().length())) {
        found++;
      }
      now.make(text.length() + found * pair.getValue().length());
      text = text.replace(pair.getKey(), pair.getValue());
    }
    return text;
  }

  private static Object merge(
      Evaluation now, @Nullable Object input, Map<String, Object> arguments) {
    Object items = arguments.get("items");
    if (input instanceof Map<?, ?> first && items instanceof Map<?, ?> second) {
      now.make((long) first.size() + second.size());
      Map<@Nullable Object, @Nullable Object> both = new LinkedHashMap<>(first);
      both.putAll(second);
      return both;
    }
    if (input instanceof List<?> first && items instanceof Collection<?> second) {
      now.make((long) first.size() + second.size());
      List<@Nullable Object> both = new ArrayList<>(first);
      both.addAll(second);
      return both;
    }
    throw now.problem(
        "merge: a "
            + Evaluation.kind(input)
            + " and a "
            + Evaluation.kind(items)
            + " (expected: two maps or two lists)");
  }

  private record Ours(List<String> names, Supplier<Evaluation> evaluation, Work work)
      implements Filter {
    @Override
    public List<String> getArgumentNames() {
      return names;
    }

    @Override
    public @Nullable Object apply(
        @Nullable Object input,
        Map<String, Object> arguments,
        PebbleTemplate self,
        EvaluationContext context,
        int line) {
      return work.apply(evaluation.get(), input, arguments);
    }
  }
}
