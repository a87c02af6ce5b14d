package dev.lish.render;

import io.pebbletemplates.pebble.attributes.AttributeResolver;
import io.pebbletemplates.pebble.attributes.ResolvedAttribute;
import io.pebbletemplates.pebble.error.AttributeNotFoundException;
import io.pebbletemplates.pebble.error.PebbleException;
import io.pebbletemplates.pebble.node.ArgumentsNode;
import io.pebbletemplates.pebble.node.ForNode.LoopVariables;
import io.pebbletemplates.pebble.template.EvaluationContextImpl;
import io.pebbletemplates.pebble.template.GlobalContext;
import io.pebbletemplates.pebble.template.MacroAttributeProvider;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a dot or a bracket in a template reaches: keys of maps, indices of lists, the loop variable,
 * macros of an import. Never a field or a method of a Java object. It answers or throws, so that no
 * other resolver is ever asked.
 */
final class TemplateAttributes implements AttributeResolver {
  /** An object of ours with attributes. */
  interface Source {
    /** The attribute; empty when there is none of this name. */
    Optional<Object> attribute(String name);

    /** What to say of a name that is not there. */
    String missing(String name);
  }

  @Override
  public ResolvedAttribute resolve(
      @Nullable Object instance,
      @Nullable Object attribute,
      Object @Nullable [] argumentValues,
      @Nullable ArgumentsNode arguments,
      EvaluationContextImpl context,
      String file,
      int line) {
    String name = String.valueOf(attribute);
    if (instance instanceof MacroAttributeProvider macros && arguments != null) {
      return new ResolvedAttribute(macros.macro(context, name, arguments, false, line));
    }
    if (arguments != null) {
      throw new PebbleException(
          null, name + "(...): methods cannot be called (expected: a macro or a key)", line, file);
    }
    if (instance instanceof Source source) {
      return new ResolvedAttribute(
          source
              .attribute(name)
              .orElseThrow(() -> missing(source.missing(name), name, line, file)));
    }
    if (instance instanceof Map<?, ?> map && !(instance instanceof GlobalContext)) {
      if (map.containsKey(attribute)) {
        return resolved(map.get(attribute));
      }
      if (map.containsKey(name)) {
        return resolved(map.get(name));
      }
      throw missing("there is no " + name + " in this map" + keys(map), name, line, file);
    }
    if (instance instanceof List<?> list && attribute instanceof Number index) {
      if (index.longValue() < 0 || index.longValue() >= list.size()) {
        throw missing("there is no [" + name + "] in a list of " + list.size(), name, line, file);
      }
      return resolved(list.get(index.intValue()));
    }
    Optional<Object> special = special(instance, name);
    return new ResolvedAttribute(
        special.orElseThrow(
            () -> missing("a " + Evaluation.kind(instance) + " has no " + name, name, line, file)));
  }

  private static Optional<Object> special(@Nullable Object instance, String name) {
    if (instance instanceof LoopVariables loop) {
      return switch (name) {
        case "index" -> Optional.of((long) loop.getIndex());
        case "first" -> Optional.of(loop.isFirst());
        case "last" -> Optional.of(loop.isLast());
        case "length" -> Optional.of(loop.getLength().longValue());
        case "revindex" -> Optional.of(loop.getRevindex().longValue());
        default -> Optional.empty();
      };
    }
    if (instance instanceof Map.Entry<?, ?> entry) {
      return switch (name) {
        case "key" -> Optional.ofNullable(entry.getKey());
        case "value" -> Optional.ofNullable(entry.getValue());
        default -> Optional.empty();
      };
    }
    return Optional.empty();
  }

  @SuppressWarnings("NullAway") // Pebble's class takes null, and has no annotations.
  private static ResolvedAttribute resolved(@Nullable Object value) {
    return new ResolvedAttribute(value);
  }

  private static String keys(Map<?, ?> map) {
    if (map.isEmpty()) {
      return " (it is empty)";
    }
    if (map.size() > 20) {
      return "";
    }
    return map.keySet().stream()
        .map(String::valueOf)
        .sorted()
        .collect(Collectors.joining(", ", " (it has: ", ")"));
  }

  private static AttributeNotFoundException missing(
      String message, String name, int line, String file) {
    return new AttributeNotFoundException(null, message, name, line, file);
  }
}
