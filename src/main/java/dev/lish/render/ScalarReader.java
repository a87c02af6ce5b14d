package dev.lish.render;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.lish.model.Nearest;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads a scalar node as the value of a field; null after a Problem. */
final class ScalarReader {
  /** Bools of YAML 1.1, which Envoy's own parser takes. */
  private static final Set<String> YES = Set.of("y", "yes", "on");

  private static final Set<String> NO = Set.of("n", "no", "off");

  private static final int LISTED = 12;

  private final ReadContext context;

  ScalarReader(ReadContext context) {
    this.context = context;
  }

  /** True for a plain yes, no, on, off, y or n: a bool to Envoy, text to YAML 1.2. */
  static boolean isOldBool(ScalarNode node) {
    String word = node.getValue().toLowerCase(Locale.ROOT);
    return node.isPlain()
        && node.getTag().equals(Tag.STR)
        && (YES.contains(word) || NO.contains(word));
  }

  @Nullable Object read(FieldDescriptor field, Node node) {
    if (!(node instanceof ScalarNode scalar)
        || !(Scalars.hasKnownTag(node) || node.getTag().equals(Tag.BINARY))) {
      return context.mismatch(node, WellKnown.expected(field));
    }
    return switch (field.getType()) {
      case STRING -> text(scalar);
      case BYTES -> bytes(scalar);
      case BOOL -> bool(scalar);
      case ENUM -> enumValue(field.getEnumType(), scalar);
      case DOUBLE -> decimal(scalar);
      case FLOAT -> {
        Double value = decimal(scalar);
        yield value == null ? null : narrowed(value, scalar);
      }
      default -> integer(field, scalar, Scalars.isText(node));
    };
  }

  /** Reads a map's key: any scalar, as in JSON every key is a string. */
  @Nullable Object readKey(FieldDescriptor field, ScalarNode key) {
    return switch (field.getType()) {
      case STRING -> key.getValue();
      case BOOL ->
          key.getValue().equals("true") || key.getValue().equals("false")
              ? (Object) Boolean.valueOf(key.getValue())
              : context.mismatch(key, "true or false");
      default -> integer(field, key, true);
    };
  }

  private @Nullable Object text(ScalarNode node) {
    // Envoy takes a plain 1.10 for a text, but 110 for a number.
    if (Scalars.isText(node) || (node.isPlain() && node.getTag().equals(Tag.FLOAT))) {
      return node.getValue();
    }
    return context.mismatch(node, Scalars.isNull(node) ? "text" : "text; put it in quotes");
  }

  private @Nullable Object bytes(ScalarNode node) {
    if (Scalars.isText(node) || node.getTag().equals(Tag.BINARY)) {
      // Block scalars have line breaks.
      String text = node.getValue().replaceAll("\\s", "").replace('-', '+').replace('_', '/');
      try {
        return ByteString.copyFrom(Base64.getDecoder().decode(text.getBytes(UTF_8)));
      } catch (IllegalArgumentException e) {
        return context.mismatch(node, "bytes in base64");
      }
    }
    return context.mismatch(node, "bytes in base64; put it in quotes");
  }

  private @Nullable Object bool(ScalarNode node) {
    if (node.getTag().equals(Tag.BOOL)) {
      return Boolean.valueOf(node.getValue());
    }
    if (isOldBool(node)) {
      return YES.contains(node.getValue().toLowerCase(Locale.ROOT));
    }
    return context.mismatch(node, "true or false");
  }

  private @Nullable Object enumValue(EnumDescriptor type, ScalarNode node) {
    String text = node.getValue();
    EnumValueDescriptor value = null;
    if (Scalars.isNull(node) && type.getFullName().equals("google.protobuf.NullValue")) {
      value = type.findValueByNumber(0);
    } else if (node.getTag().equals(Tag.INT)) {
      Optional<BigInteger> number = Scalars.integer(text).filter(n -> n.bitLength() < Integer.SIZE);
      value = number.map(n -> type.findValueByNumber(n.intValueExact())).orElse(null);
    } else if (Scalars.isText(node) || node.isPlain()) {
      // A plain OFF or NO is a name here.
      value = type.findValueByName(text);
    }
    if (value != null) {
      return value;
    }
    List<String> names = type.getValues().stream().map(EnumValueDescriptor::getName).toList();
    String few = String.join(", ", names.subList(0, Math.min(LISTED, names.size())));
    String expected = few + (names.size() > LISTED ? ", …" : "");
    return context.mismatch(node, "one of " + expected + Nearest.question(text, names));
  }

  private @Nullable Double decimal(ScalarNode node) {
    String text = node.getValue();
    try {
      if (node.getTag().equals(Tag.FLOAT)) {
        return Scalars.decimal(text);
      }
      if (node.getTag().equals(Tag.INT) && !Scalars.isAmbiguousOctal(text)) {
        return Scalars.integer(text).orElseThrow(NumberFormatException::new).doubleValue();
      }
      if (Scalars.isText(node)) {
        return switch (text) {
          case "NaN" -> Double.NaN;
          case "Infinity" -> Double.POSITIVE_INFINITY;
          case "-Infinity" -> Double.NEGATIVE_INFINITY;
          // Unlike parseDouble, no hexadecimal and no suffix.
          default -> new BigDecimal(text).doubleValue();
        };
      }
    } catch (NumberFormatException e) {
      context.mismatch(node, "a number");
      return null;
    }
    context.mismatch(node, "a number");
    return null;
  }

  private @Nullable Object narrowed(double value, ScalarNode node) {
    float narrow = (float) value;
    if (Float.isInfinite(narrow) && !Double.isInfinite(value)) {
      return context.mismatch(node, "a number of 32 bits");
    }
    return narrow;
  }

  private @Nullable Object integer(FieldDescriptor field, ScalarNode node, boolean quoted) {
    boolean wide = field.getJavaType() == FieldDescriptor.JavaType.LONG;
    boolean unsigned =
        switch (field.getType()) {
          case UINT32, UINT64, FIXED32, FIXED64 -> true;
          default -> false;
        };
    int bits = (wide ? Long.SIZE : Integer.SIZE) - (unsigned ? 0 : 1);
    Optional<BigInteger> value =
        quoted || node.getTag().equals(Tag.INT) || node.getTag().equals(Tag.FLOAT)
            ? whole(node.getValue())
            : Optional.empty();
    if (value.isEmpty()
        || value.get().bitLength() > bits
        || (unsigned && value.get().signum() < 0)
        || (!quoted && Scalars.isAmbiguousOctal(node.getValue()))) {
      BigInteger end = BigInteger.ONE.shiftLeft(bits);
      String least = unsigned ? "0" : end.negate().toString();
      String hint = Scalars.isAmbiguousOctal(node.getValue()) ? "; octal is written 0o17" : "";
      return context.mismatch(
          node, "a whole number from " + least + " to " + end.subtract(BigInteger.ONE) + hint);
    }
    return wide ? (Object) value.get().longValue() : (Object) value.get().intValue();
  }

  private static Optional<BigInteger> whole(String text) {
    Optional<BigInteger> plain = Scalars.integer(text);
    if (plain.isPresent()) {
      return plain;
    }
    try {
      // 1.0 and 1e3 are whole numbers in JSON; 1e999999999 must not be written out.
      BigDecimal decimal = new BigDecimal(text.length() > Scalars.MAX_DIGITS ? "" : text);
      return Math.abs((long) decimal.scale()) > Scalars.MAX_DIGITS
          ? Optional.empty()
          : Optional.of(decimal.toBigIntegerExact());
    } catch (NumberFormatException | ArithmeticException e) {
      return Optional.empty();
    }
  }
}
