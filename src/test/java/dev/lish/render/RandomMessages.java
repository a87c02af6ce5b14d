package dev.lish.render;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import com.google.protobuf.util.Values;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.util.List;
import java.util.Random;

/**
 * Fills messages with values of every kind that JSON can carry; the same seed, the same message.
 */
final class RandomMessages {
  private static final List<String> TEXTS =
      List.of(
          "",
          "a",
          "true",
          "yes",
          "null",
          "~",
          "0755",
          "1.10",
          "<<",
          "a: b",
          "- x",
          "#c",
          "{{ x }}",
          "tab\there",
          "line\nbreak\n",
          " space ",
          "é漢😀",
          "\u2028",
          "\"quoted\"",
          "'",
          "\\",
          "*a",
          "&a",
          "!t",
          "%",
          "@",
          "`",
          "\u007f",
          "\u0001",
          "2026-01-31",
          "consul:payments?tag=v2");
  private static final List<Message> CONTENTS =
      List.of(
          Router.getDefaultInstance(),
          TcpProxy.getDefaultInstance(),
          Duration.getDefaultInstance(),
          UInt32Value.getDefaultInstance(),
          Struct.getDefaultInstance());

  private final Random random;

  RandomMessages(long seed) {
    random = new Random(seed);
  }

  <M extends Message> M fill(M prototype, int depth) {
    Message.Builder builder = prototype.newBuilderForType();
    for (FieldDescriptor field : prototype.getDescriptorForType().getFields()) {
      if (random.nextInt(4) == 0 && !(isDeep(field) && depth == 0)) {
        set(builder, field, depth);
      }
    }
    @SuppressWarnings("unchecked") // The builder of M builds M.
    M filled = (M) builder.build();
    return filled;
  }

  private static boolean isDeep(FieldDescriptor field) {
    return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isMapField();
  }

  private void set(Message.Builder builder, FieldDescriptor field, int depth) {
    int times = field.isRepeated() ? random.nextInt(3) : 1;
    for (int i = 0; i < times; i++) {
      if (field.isMapField()) {
        Message.Builder entry = builder.newBuilderForField(field);
        FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
        FieldDescriptor value = field.getMessageType().findFieldByNumber(2);
        // Distinct, as the last of two equal keys wins and nobody says which is the last.
        entry.setField(
            key,
            key.getJavaType() == FieldDescriptor.JavaType.STRING
                ? "k" + i
                : key.getJavaType() == FieldDescriptor.JavaType.INT ? (Object) i : (long) i);
        entry.setField(value, value(entry, value, Math.max(0, depth - 1)));
        builder.addRepeatedField(field, entry.build());
      } else if (field.isRepeated()) {
        builder.addRepeatedField(field, value(builder, field, depth - 1));
      } else {
        builder.setField(field, value(builder, field, depth - 1));
      }
    }
  }

  private Object value(Message.Builder parent, FieldDescriptor field, int depth) {
    return switch (field.getType()) {
      case MESSAGE, GROUP -> message(parent.newBuilderForField(field), Math.max(0, depth));
      case ENUM ->
          field
              .getEnumType()
              .getValues()
              .get(random.nextInt(field.getEnumType().getValues().size()));
      case STRING -> text();
      case BYTES -> ByteString.copyFromUtf8(text());
      case BOOL -> random.nextBoolean();
      case DOUBLE -> random.nextInt(9) == 0 ? Double.NaN : random.nextGaussian() * 1e20;
      case FLOAT ->
          random.nextInt(9) == 0 ? Float.NEGATIVE_INFINITY : (float) random.nextGaussian();
      case INT64, UINT64, SINT64, FIXED64, SFIXED64 -> random.nextLong();
      default -> random.nextInt();
    };
  }

  private String text() {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  private Message message(Message.Builder builder, int depth) {
    return switch (builder.getDescriptorForType().getFullName()) {
      case "google.protobuf.Any" -> {
        Message content = CONTENTS.get(random.nextInt(CONTENTS.size()));
        Message filled = message(content.newBuilderForType(), depth);
        yield Any.newBuilder()
            .setTypeUrl("type.googleapis.com/" + filled.getDescriptorForType().getFullName())
            .setValue(ProtoReader.bytes(filled))
            .build();
      }
      case "google.protobuf.Duration" ->
          Duration.newBuilder()
              .setSeconds(random.nextInt(1000))
              .setNanos(random.nextInt(1_000_000_000))
              .build();
      case "google.protobuf.Timestamp" ->
          Timestamp.newBuilder()
              .setSeconds(random.nextInt())
              .setNanos(random.nextInt(1_000_000_000))
              .build();
      case "google.protobuf.FieldMask" ->
          FieldMask.newBuilder().addPaths("a_b.c").addPaths("d").build();
      case "google.protobuf.Struct" -> struct(2);
      case "google.protobuf.Value" -> json(2);
      case "google.protobuf.ListValue" -> ListValue.newBuilder().addValues(json(1)).build();
      default -> fill(builder.build(), depth);
    };
  }

  private Struct struct(int depth) {
    Struct.Builder struct = Struct.newBuilder();
    for (int i = random.nextInt(3); i > 0; i--) {
      struct.putFields(text(), json(depth));
    }
    return struct.build();
  }

  private Value json(int depth) {
    return switch (random.nextInt(depth > 0 ? 7 : 5)) {
      case 0 -> Values.ofNull();
      case 1 -> Values.of(random.nextBoolean());
      case 2 -> Values.of(random.nextInt(1000));
      case 3 -> Values.of(random.nextGaussian());
      case 4 -> Values.of(text());
      case 5 -> Values.of(struct(depth - 1));
      default -> Values.of(List.of(json(depth - 1), json(depth - 1)));
    };
  }
}
