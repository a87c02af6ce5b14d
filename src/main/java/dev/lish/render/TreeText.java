package dev.lish.render;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Present;
import org.snakeyaml.engine.v2.api.lowlevel.Serialize;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Writes trees of Map, List, String, Number, Boolean and null as JSON or YAML. */
public final class TreeText {
  private static final DumpSettings SETTINGS =
      DumpSettings.builder()
          .setSchema(new CoreSchema())
          .setDefaultFlowStyle(FlowStyle.BLOCK)
          .setSplitLines(false)
          .setDereferenceAliases(true)
          .build();

  /** Text that no parser of YAML, old or new, takes for something else. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_/][A-Za-z0-9_./-]*");

  private static final Set<String> WORDS =
      Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

  private TreeText() {}

  /** The tree as JSON, indented by two spaces, with a line break at the end. */
  public static String json(@Nullable Object tree) {
    StringBuilder out = new StringBuilder();
    json(tree, "\n", out);
    return out.append('\n').toString();
  }

  /** The tree as a YAML document that parsers of YAML 1.1, as Envoy's, and 1.2 read alike. */
  public static String yaml(@Nullable Object tree) {
    return new Present(SETTINGS)
        .emitToString(new Serialize(SETTINGS).serializeOne(node(tree)).iterator());
  }

  private static void json(@Nullable Object value, String indent, StringBuilder out) {
    if (value instanceof Map<?, ?> map) {
      String separator = "{";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.append(separator).append(indent).append("  ");
        quote(String.valueOf(entry.getKey()), out);
        json(entry.getValue(), indent + "  ", out.append(": "));
        separator = ",";
      }
      out.append(map.isEmpty() ? "{}" : indent + "}");
    } else if (value instanceof Iterable<?> list) {
      String separator = "[";
      for (Object item : list) {
        json(item, indent + "  ", out.append(separator).append(indent).append("  "));
        separator = ",";
      }
      out.append(separator.equals("[") ? "[]" : indent + "]");
    } else if (value == null || value instanceof Boolean || value instanceof Number) {
      out.append(value);
    } else {
      quote(value.toString(), out);
    }
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        case '\r' -> out.append("\\r");
        default -> {
          // U+2028 and U+2029 end lines in JavaScript.
          if (c < ' ' || c == '\u2028' || c == '\u2029' || (c >= '\u007f' && c < '\u00a0')) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private static Node node(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      List<NodeTuple> tuples = new ArrayList<>();
      map.forEach((key, item) -> tuples.add(new NodeTuple(text(String.valueOf(key)), node(item))));
      return new MappingNode(Tag.MAP, tuples, map.isEmpty() ? FlowStyle.FLOW : FlowStyle.BLOCK);
    }
    if (value instanceof Iterable<?> list) {
      List<Node> items = new ArrayList<>();
      list.forEach(item -> items.add(node(item)));
      return new SequenceNode(Tag.SEQ, items, items.isEmpty() ? FlowStyle.FLOW : FlowStyle.BLOCK);
    }
    if (value == null) {
      return plain(Tag.NULL, "null");
    }
    if (value instanceof Boolean) {
      return plain(Tag.BOOL, value.toString());
    }
    if (value instanceof Number) {
      boolean whole = value instanceof Long || value instanceof Integer;
      return plain(whole ? Tag.INT : Tag.FLOAT, value.toString());
    }
    return text(value.toString());
  }

  private static Node plain(Tag tag, String value) {
    return new ScalarNode(tag, true, value, ScalarStyle.PLAIN, Optional.empty(), Optional.empty());
  }

  private static Node text(String value) {
    boolean safe =
        PLAIN.matcher(value).matches() && !WORDS.contains(value.toLowerCase(Locale.ROOT));
    ScalarStyle style = safe ? ScalarStyle.PLAIN : ScalarStyle.DOUBLE_QUOTED;
    return new ScalarNode(Tag.STR, true, value, style, Optional.empty(), Optional.empty());
  }
}
