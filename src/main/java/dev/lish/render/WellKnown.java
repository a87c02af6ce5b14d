package dev.lish.render;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.FieldMaskUtil;
import com.google.protobuf.util.Timestamps;
import java.math.BigInteger;
import java.text.ParseException;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** The messages whose JSON form is not a map of their fields. */
public final class WellKnown {
  private static final String PACKAGE = "google.protobuf.";
  private static final Set<String> WRAPPERS =
      Set.of(
          "DoubleValue",
          "FloatValue",
          "Int64Value",
          "UInt64Value",
          "Int32Value",
          "UInt32Value",
          "BoolValue",
          "StringValue",
          "BytesValue");
  private static final Set<String> OTHERS =
      Set.of("Any", "Duration", "Timestamp", "FieldMask", "Struct", "Value", "ListValue");

  /** Beyond it a double does not hold every whole number. */
  private static final BigInteger MAX_SAFE = BigInteger.ONE.shiftLeft(53);

  private final ReadContext context;
  private final ScalarReader scalars;
  private final AnyReader anys;

  WellKnown(ProtoReader reader, ReadContext context, ScalarReader scalars) {
    this.context = context;
    this.scalars = scalars;
    anys = new AnyReader(reader, context);
  }

  /** The name within google.protobuf of a message with a JSON form of its own; else empty. */
  static String name(Descriptor type) {
    String full = type.getFullName();
    if (!full.startsWith(PACKAGE)) {
      return "";
    }
    String name = full.substring(PACKAGE.length());
    return WRAPPERS.contains(name) || OTHERS.contains(name) ? name : "";
  }

  static boolean isWrapper(String name) {
    return WRAPPERS.contains(name);
  }

  /** True for a message that stands for one value which may be absent, as {@code UInt32Value}. */
  public static boolean isWrapper(Descriptor type) {
    return isWrapper(name(type));
  }

  /** True when null is a value of the field and not its absence. */
  static boolean takesNull(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case MESSAGE -> field.getMessageType().getFullName().equals("google.protobuf.Value");
      case ENUM -> field.getEnumType().getFullName().equals("google.protobuf.NullValue");
      default -> false;
    };
  }

  /** What a field, or an item of it, takes, for messages. */
  static String expected(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case MESSAGE -> expected(field.getMessageType());
      case ENUM -> "a name of " + field.getEnumType().getFullName();
      case STRING -> "text";
      case BYTE_STRING -> "bytes in base64";
      case BOOLEAN -> "true or false";
      case INT, LONG -> "a whole number";
      case FLOAT, DOUBLE -> "a number";
    };
  }

  private static String expected(Descriptor type) {
    String name = name(type);
    if (isWrapper(name)) {
      return expected(type.findFieldByName("value"));
    }
    return switch (name) {
      case "Duration" -> "a duration, e.g. 0.25s";
      case "Timestamp" -> "a time, e.g. 2026-01-31T23:59:59Z";
      case "FieldMask" -> "field names, with commas between";
      case "ListValue" -> "a list";
      case "Value" -> "any value";
      case "Any" -> "a map with @type";
      default -> "a map";
    };
  }

  /** Fills the builder; false when the message is read by its fields. */
  boolean read(Message.Builder builder, Node node) {
    Descriptor type = builder.getDescriptorForType();
    String name = name(type);
    if (name.isEmpty()) {
      return false;
    }
    if (isWrapper(name)) {
      FieldDescriptor field = type.findFieldByName("value");
      Object value = scalars.read(field, node);
      if (value != null) {
        builder.setField(field, value);
      }
      return true;
    }
    switch (name) {
      case "Any" -> anys.read(node).ifPresent(any -> merge(builder, any));
      case "Struct" -> {
        if (node instanceof MappingNode map) {
          merge(builder, struct(map));
        } else {
          context.mismatch(node, "a map");
        }
      }
      case "ListValue" -> {
        if (node instanceof SequenceNode list) {
          merge(builder, list(list));
        } else {
          context.mismatch(node, "a list");
        }
      }
      case "Value" -> merge(builder, value(node));
      default -> parsed(builder, name, node);
    }
    return true;
  }

  private static void merge(Message.Builder builder, Message value) {
    builder.mergeFrom(value);
  }

  private void parsed(Message.Builder builder, String name, Node node) {
    if (node instanceof ScalarNode scalar && Scalars.isText(node)) {
      String text = scalar.getValue();
      try {
        merge(
            builder,
            switch (name) {
              case "Duration" -> Durations.checkValid(Durations.parse(text));
              case "Timestamp" -> Timestamps.checkValid(Timestamps.parse(text));
              default -> FieldMaskUtil.fromJsonString(text);
            });
        return;
      } catch (ParseException | IllegalArgumentException e) {
        // Told below; the parser's own words add nothing.
        context.mismatch(node, expected(builder.getDescriptorForType()));
        return;
      }
    }
    context.mismatch(node, expected(builder.getDescriptorForType()));
  }

  private Struct struct(MappingNode map) {
    Struct.Builder struct = Struct.newBuilder();
    for (NodeTuple tuple : map.getValue()) {
      String key = ((ScalarNode) tuple.getKeyNode()).getValue();
      context.enter(key);
      struct.putFields(key, value(tuple.getValueNode()));
      context.leave();
    }
    return struct.build();
  }

  private ListValue list(SequenceNode items) {
    ListValue.Builder list = ListValue.newBuilder();
    for (Node item : items.getValue()) {
      context.enter(list.getValuesCount());
      list.addValues(value(item));
      context.leave();
    }
    return list.build();
  }

  private Value value(Node node) {
    Value.Builder value = Value.newBuilder();
    if (!Scalars.hasKnownTag(node)) {
      context.mismatch(node, "a value without a tag");
    } else if (node instanceof MappingNode map) {
      value.setStructValue(struct(map));
    } else if (node instanceof SequenceNode list) {
      value.setListValue(list(list));
    } else {
      scalar((ScalarNode) node, value);
    }
    return value.build();
  }

  private void scalar(ScalarNode node, Value.Builder value) {
    String text = node.getValue();
    Tag tag = node.getTag();
    if (tag.equals(Tag.NULL)) {
      value.setNullValue(NullValue.NULL_VALUE);
    } else if (tag.equals(Tag.BOOL)) {
      value.setBoolValue(Boolean.parseBoolean(text));
    } else if (tag.equals(Tag.INT)) {
      integer(node, value);
    } else if (tag.equals(Tag.FLOAT)) {
      decimal(node, value);
    } else if (ScalarReader.isOldBool(node)) {
      // Envoy would read a bool, YAML 1.2 a text: either could be meant.
      context.mismatch(node, "true, false, or text in quotes");
    } else {
      value.setStringValue(text);
    }
  }

  private void integer(ScalarNode node, Value.Builder value) {
    Optional<BigInteger> number = Scalars.integer(node.getValue());
    if (number.isEmpty() || Scalars.isAmbiguousOctal(node.getValue())) {
      context.mismatch(node, "a number without a leading zero, or text in quotes");
    } else if (number.get().abs().compareTo(MAX_SAFE) > 0) {
      // As Envoy does, so that no digit is lost.
      value.setStringValue(node.getValue());
    } else {
      value.setNumberValue(number.get().doubleValue());
    }
  }

  private void decimal(ScalarNode node, Value.Builder value) {
    double number;
    try {
      number = Scalars.decimal(node.getValue());
    } catch (NumberFormatException e) {
      context.mismatch(node, "a number");
      return;
    }
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      context.mismatch(node, "a finite number; JSON has no other");
    } else {
      value.setNumberValue(number);
    }
  }
}
