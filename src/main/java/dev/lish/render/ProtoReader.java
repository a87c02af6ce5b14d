package dev.lish.render;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import dev.lish.model.Nearest;
import dev.lish.model.ProblemKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Takes the node tree of a document, gives a message, by the rules of <a
 * href="https://protobuf.dev/programming-guides/json/">proto3 JSON</a> as Envoy applies them to
 * YAML. All that does not fit is a Problem with its line.
 */
final class ProtoReader {
  /** A field that the message does not have but Lish gives a meaning. */
  interface ExtraField {
    /** True when it took the field; it may set fields of the message and report Problems. */
    boolean take(Descriptor type, ScalarNode key, Node value, Message.Builder into);
  }

  private static final int LISTED = 12;

  private final MessageTypes types;
  private final ExtraField extra;
  private final ReadContext context;
  private final ScalarReader scalars;
  private final WellKnown wellKnown;

  /** A reader of one file whose fields are those of the messages. */
  ProtoReader(MessageTypes types, Text text, ProblemSink sink) {
    this(types, text, sink, (type, key, value, into) -> false);
  }

  /** A reader of one file that offers fields that are unknown to somebody else. */
  ProtoReader(MessageTypes types, Text text, ProblemSink sink, ExtraField extra) {
    this.types = types;
    this.extra = extra;
    context = new ReadContext(text, sink);
    scalars = new ScalarReader(context);
    wellKnown = new WellKnown(this, context, scalars);
  }

  /**
   * The message that the document is; empty after a Problem. An {@code @type} at its top must be
   * the type's own.
   */
  Optional<Message> read(Descriptor type, Node document) {
    context.start(type, document);
    Message.Builder builder = types.newBuilder(type);
    readInto(builder, document, true);
    if (!context.failed() && !builder.isInitialized()) {
      // Only proto2 messages have fields that must be there.
      context.error(document, "lacks " + String.join(", ", builder.findInitializationErrors()));
    }
    return context.failed() ? Optional.empty() : Optional.of(builder.buildPartial());
  }

  /** The wire format; the same bytes for equal messages, also where they hold maps. */
  static ByteString bytes(Message message) {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      message.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("an array does not fail", e);
    }
    out.checkNoSpaceLeft();
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  MessageTypes types() {
    return types;
  }

  /** Fills the builder from the node: a message with a JSON form of its own, or a map of fields. */
  void readInto(Message.Builder builder, Node node, boolean typeKey) {
    if (!wellKnown.read(builder, node)) {
      readFields(builder, node, typeKey);
    }
  }

  /** Fills the builder from a map of fields; {@code @type} may be among them when it is told so. */
  void readFields(Message.Builder builder, Node node, boolean typeKey) {
    if (!(node instanceof MappingNode map)) {
      context.mismatch(
          node, "a map with the fields of " + builder.getDescriptorForType().getFullName());
      return;
    }
    Map<String, FieldDescriptor> fields = types.fields(builder.getDescriptorForType());
    Map<FieldDescriptor, Node> seen = new HashMap<>();
    for (NodeTuple tuple : map.getValue()) {
      ScalarNode key = (ScalarNode) tuple.getKeyNode();
      Node value = tuple.getValueNode();
      FieldDescriptor field = fields.get(key.getValue());
      if (field != null) {
        if (!isAbsent(field, value) && isFirst(field, key, seen, builder)) {
          context.enter(key.getValue());
          readField(builder, field, value);
          context.leave();
        }
      } else if (typeKey && key.getValue().equals("@type")) {
        checkType(builder.getDescriptorForType(), value);
      } else if (!extra.take(builder.getDescriptorForType(), key, value, builder)) {
        unknown(builder.getDescriptorForType(), key, fields.values());
      }
    }
  }

  private static boolean isAbsent(FieldDescriptor field, Node value) {
    // null is a value of google.protobuf.Value and of NullValue, and no value everywhere else.
    return Scalars.isNull(value) && (field.isRepeated() || !WellKnown.takesNull(field));
  }

  private boolean isFirst(
      FieldDescriptor field, Node key, Map<FieldDescriptor, Node> seen, Message.Builder builder) {
    Node twin = seen.put(field, key);
    if (twin != null) {
      context.error(
          key,
          "field \"%s\" twice, first on %s (expected: once)"
              .formatted(field.getName(), context.lineName(twin)));
      return false;
    }
    OneofDescriptor oneof = field.getRealContainingOneof();
    if (oneof == null || !builder.hasOneof(oneof)) {
      return true;
    }
    FieldDescriptor other = builder.getOneofFieldDescriptor(oneof);
    Node otherKey = other == null ? null : seen.get(other);
    context.error(
        key,
        "both \"%s\"%s and \"%s\" (expected: one of %s)"
            .formatted(
                other == null ? oneof.getName() : other.getName(),
                otherKey == null ? "" : " on " + context.lineName(otherKey),
                field.getName(),
                listed(oneof.getFields())));
    return false;
  }

  private void readField(Message.Builder builder, FieldDescriptor field, Node node) {
    if (field.isMapField()) {
      readMap(builder, field, node);
    } else if (!field.isRepeated()) {
      Object value = value(builder, field, node);
      if (value != null) {
        builder.setField(field, value);
      }
    } else if (node instanceof SequenceNode list) {
      int i = 0;
      for (Node item : list.getValue()) {
        context.enter(i++);
        Object value =
            Scalars.isNull(item) && !WellKnown.takesNull(field)
                ? context.mismatch(item, WellKnown.expected(field))
                : value(builder, field, item);
        if (value != null) {
          builder.addRepeatedField(field, value);
        }
        context.leave();
      }
    } else {
      context.mismatch(node, "a list: each item " + WellKnown.expected(field));
    }
  }

  private @Nullable Object value(Message.Builder parent, FieldDescriptor field, Node node) {
    if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
      return scalars.read(field, node);
    }
    Message.Builder builder = parent.newBuilderForField(field);
    readInto(builder, node, false);
    return builder.buildPartial();
  }

  private void readMap(Message.Builder builder, FieldDescriptor field, Node node) {
    if (!(node instanceof MappingNode map)) {
      context.mismatch(node, "a map");
      return;
    }
    FieldDescriptor keyField = field.getMessageType().findFieldByNumber(1);
    FieldDescriptor valueField = field.getMessageType().findFieldByNumber(2);
    // A dynamic message writes its entries as they come: sorted, their order in the file is moot.
    List<NodeTuple> tuples = new ArrayList<>(map.getValue());
    tuples.sort(Comparator.comparing(tuple -> ((ScalarNode) tuple.getKeyNode()).getValue()));
    for (NodeTuple tuple : tuples) {
      ScalarNode keyNode = (ScalarNode) tuple.getKeyNode();
      context.enter(keyNode.getValue());
      Message.Builder entry = builder.newBuilderForField(field);
      Object key = scalars.readKey(keyField, keyNode);
      Object value =
          Scalars.isNull(tuple.getValueNode()) && !WellKnown.takesNull(valueField)
              ? context.mismatch(tuple.getValueNode(), WellKnown.expected(valueField))
              : value(entry, valueField, tuple.getValueNode());
      if (key != null && value != null) {
        builder.addRepeatedField(
            field, entry.setField(keyField, key).setField(valueField, value).buildPartial());
      }
      context.leave();
    }
  }

  private void checkType(Descriptor type, Node node) {
    if (!(node instanceof ScalarNode url)
        || !url.getValue().endsWith("/" + type.getFullName())
        || !Scalars.isText(node)) {
      context.mismatch(node, "@type: type.googleapis.com/" + type.getFullName());
    }
  }

  private void unknown(Descriptor type, ScalarNode key, Collection<FieldDescriptor> fields) {
    Collection<String> names = new TreeSet<>();
    fields.forEach(field -> names.add(field.getName()));
    Optional<String> near = Nearest.of(key.getValue(), names);
    Optional<String> newer = ApiHistory.known().newer(type.getFullName() + "." + key.getValue());
    String hint =
        newer
            .or(() -> near.map(name -> "did you mean \"" + name + "\"?"))
            .orElseGet(() -> "expected: " + listed(type.getFields()));
    context.error(
        ProblemKind.UNKNOWN_FIELD,
        key,
        "unknown field \"%s\" of %s (%s)".formatted(key.getValue(), type.getFullName(), hint));
  }

  private static String listed(List<FieldDescriptor> fields) {
    if (fields.isEmpty()) {
      return "no fields";
    }
    List<String> names = fields.stream().map(FieldDescriptor::getName).limit(LISTED).toList();
    return String.join(", ", names) + (fields.size() > LISTED ? ", …" : "");
  }
}
