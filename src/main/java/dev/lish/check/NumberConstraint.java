package dev.lish.check;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The rules of numbers, which have the same fields for each kind of number, and of durations and
 * timestamps: {@code const}, {@code lt}, {@code lte}, {@code gt}, {@code gte}, {@code in}, {@code
 * not_in} of validate.proto.
 */
final class NumberConstraint implements Constraint {
  private static final Comparator<Object> ORDER =
      (a, b) -> {
        if (a instanceof Message left && b instanceof Message right) {
          return Comparator.comparingLong((Message m) -> whole(m, "seconds"))
              .thenComparingLong(m -> whole(m, "nanos"))
              .compare(left, right);
        }
        return a instanceof Double || a instanceof Float
            ? Double.compare(((Number) a).doubleValue(), ((Number) b).doubleValue())
            : Long.compare(((Number) a).longValue(), ((Number) b).longValue());
      };

  private static final Comparator<Object> UNSIGNED =
      (a, b) -> Long.compareUnsigned(unsigned(a), unsigned(b));

  private final Message rules;
  private final Comparator<Object> order;

  /**
   * The constraint.
   *
   * @param rules e.g. {@code validate.UInt32Rules}
   */
  NumberConstraint(Message rules) {
    this.rules = rules;
    String name = rules.getDescriptorForType().getName();
    this.order = name.startsWith("UInt") || name.startsWith("Fixed") ? UNSIGNED : ORDER;
  }

  private static long whole(Message message, String field) {
    return ((Number) Values.field(message, field)).longValue();
  }

  private static long unsigned(Object number) {
    return number instanceof Integer i ? Integer.toUnsignedLong(i) : ((Number) number).longValue();
  }

  @Override
  public Optional<String> broken(Object value) {
    if (Values.flag(rules, "ignore_empty") && order.compare(value, zero(value)) == 0) {
      return Optional.empty();
    }
    boolean fits =
        compare("const", value, c -> c == 0)
            && inRange(value)
            && (list("in").isEmpty() || has("in", value))
            && !has("not_in", value);
    return fits ? Optional.empty() : Constraint.sentence(text(value), expected());
  }

  private boolean inRange(Object value) {
    return compare("lt", value, c -> c < 0)
        && compare("lte", value, c -> c <= 0)
        && compare("gt", value, c -> c > 0)
        && compare("gte", value, c -> c >= 0);
  }

  private boolean compare(String field, Object value, java.util.function.IntPredicate fits) {
    FieldDescriptor bound = Values.descriptor(rules, field);
    return !rules.hasField(bound) || fits.test(order.compare(value, rules.getField(bound)));
  }

  private boolean has(String field, Object value) {
    return list(field).stream().anyMatch(each -> order.compare(each, value) == 0);
  }

  private List<?> list(String field) {
    return (List<?>) Values.field(rules, field);
  }

  private static Object zero(Object value) {
    return value instanceof Message message ? message.getDefaultInstanceForType() : (Object) 0L;
  }

  private String expected() {
    List<String> parts = new ArrayList<>();
    add(parts, "const", "");
    add(parts, "gt", "above ");
    add(parts, "gte", "at least ");
    add(parts, "lt", "below ");
    add(parts, "lte", "at most ");
    if (!list("in").isEmpty()) {
      parts.add("one of " + texts("in"));
    }
    if (!list("not_in").isEmpty()) {
      parts.add("none of " + texts("not_in"));
    }
    return String.join(", ", parts);
  }

  private void add(List<String> parts, String field, String before) {
    FieldDescriptor bound = Values.descriptor(rules, field);
    if (rules.hasField(bound)) {
      parts.add(before + text(rules.getField(bound)));
    }
  }

  private String texts(String field) {
    return String.join(", ", list(field).stream().map(this::text).toList());
  }

  private String text(Object value) {
    if (value instanceof Message message) {
      String nanos = "%09d".formatted(Math.abs(whole(message, "nanos"))).replaceAll("0+$", "");
      boolean negative = whole(message, "seconds") < 0 || whole(message, "nanos") < 0;
      return (negative ? "-" : "")
          + Math.abs(whole(message, "seconds"))
          + (nanos.isEmpty() ? "" : "." + nanos)
          + "s";
    }
    return order == UNSIGNED ? Long.toUnsignedString(unsigned(value)) : String.valueOf(value);
  }
}
