package dev.lish.render;

import java.math.BigInteger;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** What a scalar means under YAML 1.2's core schema, and how messages call what was found. */
final class Scalars {
  /** More than any number of 64 bits has. */
  static final int MAX_DIGITS = 400;

  private static final int SHOWN = 60;
  private static final Set<Tag> TAGS = Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL);

  private Scalars() {}

  static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  /** True when the node's tag is one that YAML's core schema or Lish knows. */
  static boolean hasKnownTag(Node node) {
    if (!(node instanceof ScalarNode)) {
      return node.getTag().equals(node instanceof MappingNode ? Tag.MAP : Tag.SEQ);
    }
    // A plain << that is a value and not a key is text.
    return TAGS.contains(node.getTag()) || node.getTag().equals(CoreSchema.MERGE);
  }

  static boolean isText(Node node) {
    return node.getTag().equals(Tag.STR) || node.getTag().equals(CoreSchema.MERGE);
  }

  /** The integer that the text is; empty when it is none, or far beyond 64 bits. */
  static Optional<BigInteger> integer(String text) {
    // Reading a number takes time by the square of its length.
    if (text.length() > MAX_DIGITS) {
      return Optional.empty();
    }
    try {
      if (text.startsWith("0x")) {
        return Optional.of(new BigInteger(text.substring(2), 16));
      }
      return Optional.of(
          text.startsWith("0o") ? new BigInteger(text.substring(2), 8) : new BigInteger(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /**
   * True for {@code 010}: eight to YAML 1.1 and to Envoy's own parser, ten to YAML 1.2. Nobody can
   * tell what the operator means.
   */
  static boolean isAmbiguousOctal(String text) {
    int digits = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    return text.length() > digits + 1
        && text.charAt(digits) == '0'
        && text.chars().skip(digits).allMatch(c -> c >= '0' && c <= '9');
  }

  /** The number that a scalar of tag FLOAT is. */
  static double decimal(String text) {
    return switch (text.substring(text.startsWith("-") || text.startsWith("+") ? 1 : 0)) {
      case ".inf", ".Inf", ".INF" ->
          text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      case ".nan", ".NaN", ".NAN" -> Double.NaN;
      default -> Double.parseDouble(text);
    };
  }

  /** How a message calls what was found: {@code text "abc"}, {@code number 5}, {@code a list}. */
  static String found(Node node, Text text) {
    if (!(node instanceof ScalarNode scalar)) {
      return node instanceof MappingNode ? "a map" : "a list";
    }
    Tag tag = node.getTag();
    if (tag.equals(Tag.NULL)) {
      return "null";
    }
    String value = text.secret() ? "[redacted]" : shortened(scalar.getValue());
    if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
      return "number " + value;
    }
    if (tag.equals(Tag.BOOL)) {
      return value;
    }
    return isText(node) ? "text \"" + value + "\"" : "tag " + tag.getValue();
  }

  /** The first line of a text, or its start, for messages. */
  static String shortened(String value) {
    String line = value.lines().findFirst().orElse("");
    return line.length() > SHOWN || line.length() < value.stripTrailing().length()
        ? line.substring(0, Math.min(SHOWN, line.length())) + "…"
        : line;
  }
}
