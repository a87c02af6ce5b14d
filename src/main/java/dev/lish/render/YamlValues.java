package dev.lish.render;

import dev.lish.model.Nearest;
import dev.lish.model.ProblemKind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads plain values from the nodes of one file. What does not fit is a Problem with its line, and
 * empty. {@code what} names the value in messages, e.g. {@code stages[0].percent}.
 *
 * @param text the file
 * @param sink where Problems go
 * @param kind what they are, unless it is said
 */
record YamlValues(Text text, ProblemSink sink, ProblemKind kind) {

  /** The same file, with Problems of another kind. */
  YamlValues as(ProblemKind other) {
    return new YamlValues(text, sink, other);
  }

  /** Reports a Problem at a node. */
  void error(Node at, String message) {
    report(kind, at, message);
  }

  /** Reports a Problem of another kind at a node. */
  void report(ProblemKind other, Node at, String message) {
    text.report(sink, other, at, message);
  }

  /** {@code WHAT: found X (expected: Y)}, at the node. */
  void mismatch(Node at, String what, String expected) {
    error(at, what + ": found " + Scalars.found(at, text) + " (expected: " + expected + ")");
  }

  /**
   * The entries of a map whose keys are known; an unknown key is a Problem and a null value is
   * absent. Empty when the node is no map.
   */
  Map<String, Node> fields(Node node, String what, String... expected) {
    List<String> names = Arrays.asList(expected);
    Map<String, Node> fields = new LinkedHashMap<>();
    for (NodeTuple tuple : tuples(node, what)) {
      String key = ((ScalarNode) tuple.getKeyNode()).getValue();
      if (!names.contains(key)) {
        error(
            tuple.getKeyNode(),
            "%s: unknown key \"%s\" (expected: %s)%s"
                .formatted(what, key, String.join(", ", names), Nearest.question(key, names)));
      } else if (!Scalars.isNull(tuple.getValueNode())) {
        fields.put(key, tuple.getValueNode());
      }
    }
    return fields;
  }

  /** The entries of a map with any keys, in the file's order; nulls are among them. */
  Map<String, Node> entries(Node node, String what) {
    Map<String, Node> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : tuples(node, what)) {
      entries.put(((ScalarNode) tuple.getKeyNode()).getValue(), tuple.getValueNode());
    }
    return entries;
  }

  /** The items of a list. */
  List<Node> list(Node node, String what) {
    if (node instanceof SequenceNode list) {
      return list.getValue();
    }
    mismatch(node, what, "a list");
    return List.of();
  }

  /** A text; a number or a bool must be in quotes to be one. */
  Optional<String> string(Node node, String what) {
    if (node instanceof ScalarNode scalar) {
      if (Scalars.isText(node)) {
        return Optional.of(scalar.getValue());
      }
      if (Scalars.hasKnownTag(node) && !Scalars.isNull(node)) {
        mismatch(node, what, "text; put it in quotes");
        return Optional.empty();
      }
    }
    mismatch(node, what, "text");
    return Optional.empty();
  }

  /** The texts of a list of texts. */
  List<String> strings(Node node, String what) {
    List<String> texts = new ArrayList<>();
    int i = 0;
    for (Node item : list(node, what)) {
      string(item, what + "[" + i++ + "]").ifPresent(texts::add);
    }
    return texts;
  }

  /** An integer within the bounds, both included. */
  OptionalInt integer(Node node, String what, int min, int max) {
    Optional<BigInteger> number =
        node.getTag().equals(Tag.INT)
            ? Scalars.integer(((ScalarNode) node).getValue())
            : Optional.empty();
    if (number.isEmpty()
        || Scalars.isAmbiguousOctal(((ScalarNode) node).getValue())
        || number.get().compareTo(BigInteger.valueOf(min)) < 0
        || number.get().compareTo(BigInteger.valueOf(max)) > 0) {
      mismatch(node, what, "a whole number from " + min + " to " + max);
      return OptionalInt.empty();
    }
    return OptionalInt.of(number.get().intValueExact());
  }

  /** True or false. */
  Optional<Boolean> bool(Node node, String what) {
    if (node.getTag().equals(Tag.BOOL)) {
      return Optional.of(Boolean.valueOf(((ScalarNode) node).getValue()));
    }
    mismatch(node, what, "true or false");
    return Optional.empty();
  }

  /**
   * The node as a Map, List, String, Long, Double, Boolean or null. A Problem, and null in its
   * place, where it is none of these.
   */
  @Nullable Object plain(Node node, String what) {
    if (!Scalars.hasKnownTag(node)) {
      mismatch(node, what, "a value without a tag");
      return null;
    }
    if (node instanceof MappingNode) {
      Map<String, @Nullable Object> map = new LinkedHashMap<>();
      entries(node, what).forEach((key, value) -> map.put(key, plain(value, what + "." + key)));
      return map;
    }
    if (node instanceof SequenceNode list) {
      List<@Nullable Object> items = new ArrayList<>(list.getValue().size());
      for (Node item : list.getValue()) {
        items.add(plain(item, what + "[" + items.size() + "]"));
      }
      return items;
    }
    return scalar((ScalarNode) node, what);
  }

  private @Nullable Object scalar(ScalarNode node, String what) {
    String value = node.getValue();
    Tag tag = node.getTag();
    if (tag.equals(Tag.NULL)) {
      return null;
    }
    if (tag.equals(Tag.BOOL)) {
      return Boolean.valueOf(value);
    }
    try {
      if (tag.equals(Tag.INT)) {
        Optional<BigInteger> number = Scalars.integer(value);
        if (number.isPresent()
            && number.get().bitLength() < Long.SIZE
            && !Scalars.isAmbiguousOctal(value)) {
          return number.get().longValueExact();
        }
        mismatch(node, what, "a number of 64 bits without a leading zero, or text in quotes");
        return null;
      }
      return tag.equals(Tag.FLOAT) ? (Object) Scalars.decimal(value) : value;
    } catch (NumberFormatException e) {
      // An explicit tag, as in "!!float abc".
      mismatch(node, what, "a number");
      return null;
    }
  }

  private List<NodeTuple> tuples(Node node, String what) {
    if (node instanceof MappingNode map) {
      return map.getValue();
    }
    mismatch(node, what, "a map");
    return List.of();
  }
}
