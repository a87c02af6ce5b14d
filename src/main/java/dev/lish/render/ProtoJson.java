package dev.lish.render;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.FieldMaskUtil;
import com.google.protobuf.util.Timestamps;
import dev.lish.model.Resource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import udpa.annotations.Sensitive;

/**
 * Shows resources as proto3 JSON, with the names of the {@code .proto} files as Envoy's {@code
 * config_dump} has them. Equal resources give equal text: fields by number, maps by key. An {@code
 * Any} of an unknown message is shown as {@code @type} and {@code value} in base64.
 */
public final class ProtoJson {
  /** What stands in place of a secret. */
  public static final String REDACTED = "[redacted]";

  private static final String DATA_SOURCE = "envoy.config.core.v3.DataSource";

  /** What says where a secret is, and not what it is. */
  private static final Set<String> PLACES =
      Set.of("filename", "environment_variable", "watched_directory");

  private final MessageTypes types;
  private final boolean redacting;

  private ProtoJson(MessageTypes types, boolean redacting) {
    this.types = types;
    this.redacting = redacting;
  }

  /** Shows everything, private keys too: only for what never leaves the operator's terminal. */
  public static ProtoJson of(MessageTypes types) {
    return new ProtoJson(types, false);
  }

  /** Shows {@value #REDACTED} where Envoy's API marks a field as sensitive. */
  public ProtoJson redacted() {
    return new ProtoJson(types, true);
  }

  /** The resource as Map, List, String, Long, Double, Boolean and null. */
  public Map<String, @Nullable Object> tree(Resource resource) {
    String name = resource.type().messageName();
    Descriptor type =
        types.find(name).orElseThrow(() -> new IllegalStateException(name + " is not built in"));
    return fields(parse(type, resource.body()), false);
  }

  /** The resource as indented JSON. */
  public String json(Resource resource) {
    return TreeText.json(tree(resource));
  }

  /** The resource as a YAML document. */
  public String yaml(Resource resource) {
    return TreeText.yaml(tree(resource));
  }

  /** The message as a tree. */
  @Nullable Object tree(Message message) {
    return value(message, false);
  }

  private Message parse(Descriptor type, ByteString bytes) {
    try {
      return types.newBuilder(type).mergeFrom(bytes).buildPartial();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("not a " + type.getFullName(), e);
    }
  }

  private Map<String, @Nullable Object> fields(Message message, boolean secret) {
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    boolean dataSource = message.getDescriptorForType().getFullName().equals(DATA_SOURCE);
    message
        .getAllFields()
        .forEach(
            (field, value) -> {
              boolean hidden =
                  secret ? !(dataSource && PLACES.contains(field.getName())) : isSensitive(field);
              tree.put(field.getName(), field(field, value, hidden));
            });
    return tree;
  }

  private boolean isSensitive(FieldDescriptor field) {
    return redacting && field.getOptions().getExtension(Sensitive.sensitive);
  }

  private @Nullable Object field(FieldDescriptor field, Object value, boolean secret) {
    if (field.isMapField()) {
      return map(field, (List<?>) value, secret);
    }
    if (field.isRepeated()) {
      List<@Nullable Object> items = new ArrayList<>();
      ((List<?>) value).forEach(item -> items.add(single(field, item, secret)));
      return items;
    }
    return single(field, value, secret);
  }

  private Map<String, @Nullable Object> map(
      FieldDescriptor field, List<?> entries, boolean secret) {
    FieldDescriptor keys = field.getMessageType().findFieldByNumber(1);
    FieldDescriptor values = field.getMessageType().findFieldByNumber(2);
    Map<String, @Nullable Object> map = new TreeMap<>();
    for (Object entry : entries) {
      Message each = (Message) entry;
      map.put(
          String.valueOf(single(keys, each.getField(keys), false)),
          single(values, each.getField(values), secret));
    }
    return map;
  }

  private @Nullable Object single(FieldDescriptor field, Object value, boolean secret) {
    if (value instanceof Message message) {
      return value(message, secret);
    }
    if (value instanceof EnumValueDescriptor named) {
      if (named.getType().getFullName().equals("google.protobuf.NullValue")) {
        return null;
      }
      // A number without a name.
      return named.getIndex() < 0 ? (Object) (long) named.getNumber() : named.getName();
    }
    if (value instanceof Boolean) {
      return value;
    }
    return secret ? REDACTED : scalar(field, value);
  }

  private static Object scalar(FieldDescriptor field, Object value) {
    return switch (field.getType()) {
      case BYTES -> Base64.getEncoder().encodeToString(((ByteString) value).toByteArray());
      case STRING -> value;
      // 64 bits do not fit into the numbers of JSON.
      case UINT64, FIXED64 -> Long.toUnsignedString((Long) value);
      case INT64, SINT64, SFIXED64 -> value.toString();
      case UINT32, FIXED32 -> Integer.toUnsignedLong((Integer) value);
      case FLOAT -> number(Double.parseDouble(value.toString()));
      case DOUBLE -> number((Double) value);
      default -> ((Number) value).longValue();
    };
  }

  private static Object number(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.toString(value);
    }
    // Zero with a sign must keep it.
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1L << 53;
    return whole && !(value == 0 && 1 / value < 0) ? (Object) (long) value : value;
  }

  private @Nullable Object value(Message message, boolean secret) {
    String name = WellKnown.name(message.getDescriptorForType());
    if (WellKnown.isWrapper(name)) {
      FieldDescriptor field = message.getDescriptorForType().findFieldByName("value");
      return single(field, message.getField(field), secret);
    }
    return switch (name) {
      case "Any" -> any(as(message, Any.getDefaultInstance()), secret);
      case "Struct" -> struct(as(message, Struct.getDefaultInstance()), secret);
      case "ListValue" -> list(as(message, ListValue.getDefaultInstance()), secret);
      case "Value" -> json(as(message, Value.getDefaultInstance()), secret);
      case "Duration" ->
          text(Durations.toString(as(message, Duration.getDefaultInstance())), secret);
      case "Timestamp" ->
          text(Timestamps.toString(as(message, Timestamp.getDefaultInstance())), secret);
      case "FieldMask" ->
          text(FieldMaskUtil.toJsonString(as(message, FieldMask.getDefaultInstance())), secret);
      default -> fields(message, secret);
    };
  }

  private static String text(String text, boolean secret) {
    return secret ? REDACTED : text;
  }

  private static <T extends Message> T as(Message message, T prototype) {
    @SuppressWarnings("unchecked") // A builder of T builds T.
    T same = (T) prototype.toBuilder().mergeFrom(message).build();
    return same;
  }

  private Map<String, @Nullable Object> any(Any any, boolean secret) {
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    if (any.getTypeUrl().isEmpty() && any.getValue().isEmpty()) {
      return tree;
    }
    String url = any.getTypeUrl();
    tree.put("@type", url);
    Optional<Descriptor> type = types.find(url.substring(url.lastIndexOf('/') + 1));
    if (type.isEmpty()) {
      String bytes = Base64.getEncoder().encodeToString(any.getValue().toByteArray());
      // Nobody can say what is in it.
      tree.put("value", redacting ? REDACTED : bytes);
      return tree;
    }
    Message content = parse(type.get(), any.getValue());
    if (WellKnown.name(type.get()).isEmpty()) {
      tree.putAll(fields(content, secret));
    } else {
      tree.put("value", value(content, secret));
    }
    return tree;
  }

  private Map<String, @Nullable Object> struct(Struct struct, boolean secret) {
    Map<String, @Nullable Object> map = new TreeMap<>();
    struct.getFieldsMap().forEach((key, value) -> map.put(key, json(value, secret)));
    return map;
  }

  private List<@Nullable Object> list(ListValue list, boolean secret) {
    List<@Nullable Object> items = new ArrayList<>();
    list.getValuesList().forEach(item -> items.add(json(item, secret)));
    return items;
  }

  private @Nullable Object json(Value value, boolean secret) {
    return switch (value.getKindCase()) {
      case STRUCT_VALUE -> struct(value.getStructValue(), secret);
      case LIST_VALUE -> list(value.getListValue(), secret);
      case STRING_VALUE -> text(value.getStringValue(), secret);
      case NUMBER_VALUE -> secret ? REDACTED : number(value.getNumberValue());
      case BOOL_VALUE -> value.getBoolValue();
      case NULL_VALUE, KIND_NOT_SET -> null;
    };
  }
}
