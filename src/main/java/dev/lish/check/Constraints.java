package dev.lish.check;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.envoyproxy.pgv.validate.Validate;
import io.envoyproxy.pgv.validate.Validate.AnyRules;
import io.envoyproxy.pgv.validate.Validate.BytesRules;
import io.envoyproxy.pgv.validate.Validate.EnumRules;
import io.envoyproxy.pgv.validate.Validate.FieldRules;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads {@code validate.rules} of <a
 * href="https://github.com/bufbuild/protoc-gen-validate">protoc-gen-validate</a> from descriptors.
 * Envoy runs code that was generated from the same rules; what one of its versions adds to them
 * later is not known here.
 */
final class Constraints {
  /**
   * Fields whose rules are in the descriptors and no longer in the Envoys from 1.36 on, as the
   * corpus of bad configurations shows.
   */
  private static final Set<String> RELAXED =
      Set.of(
          "envoy.config.core.v3.RuntimeDouble.runtime_key",
          "envoy.config.core.v3.RuntimeFeatureFlag.runtime_key",
          "envoy.config.core.v3.RuntimePercent.runtime_key",
          "envoy.config.core.v3.RuntimeUInt32.runtime_key",
          "envoy.config.route.v3.WeightedCluster.total_weight");

  private Constraints() {}

  /** The rules of a field; those that say nothing when it has none. */
  static FieldRules of(FieldDescriptor field) {
    if (RELAXED.contains(field.getFullName())) {
      return FieldRules.getDefaultInstance();
    }
    return field.getOptions().getExtension(Validate.rules);
  }

  /** What the rules say of one value: of an item, where the field is a list. */
  static Optional<Constraint> ofValue(FieldRules rules) {
    return switch (rules.getTypeCase()) {
      case STRING -> Optional.of(new TextConstraint(rules.getString()));
      case BYTES -> Optional.of(value -> bytes(rules.getBytes(), (ByteString) value));
      case ENUM -> Optional.of(value -> enumValue(rules.getEnum(), (EnumValueDescriptor) value));
      case BOOL ->
          Optional.of(
              value ->
                  rules.getBool().hasConst() && !value.equals(rules.getBool().getConst())
                      ? Constraint.found(value, String.valueOf(rules.getBool().getConst()))
                      : Optional.empty());
      case ANY -> Optional.of(value -> any(rules.getAny(), (Message) value));
      case REPEATED, MAP, TYPE_NOT_SET -> Optional.empty();
      default -> Optional.of(new NumberConstraint(number(rules)));
    };
  }

  private static Message number(FieldRules rules) {
    FieldDescriptor kind =
        FieldRules.getDescriptor().findFieldByNumber(rules.getTypeCase().getNumber());
    return (Message) rules.getField(kind);
  }

  /** True when the field must be set. */
  static boolean required(FieldRules rules) {
    return rules.getMessage().getRequired()
        || rules.getDuration().getRequired()
        || rules.getTimestamp().getRequired()
        || rules.getAny().getRequired();
  }

  /** What is wrong with how many items a list or a map has. */
  static Optional<String> count(FieldRules rules, int count) {
    TextConstraint.Bounds bounds;
    if (rules.hasRepeated()) {
      var list = rules.getRepeated();
      if (count == 0 && list.getIgnoreEmpty()) {
        return Optional.empty();
      }
      bounds =
          TextConstraint.Bounds.of(
              list.hasMinItems(), list.getMinItems(), list.hasMaxItems(), list.getMaxItems());
    } else {
      var map = rules.getMap();
      if (count == 0 && map.getIgnoreEmpty()) {
        return Optional.empty();
      }
      bounds =
          TextConstraint.Bounds.of(
              map.hasMinPairs(), map.getMinPairs(), map.hasMaxPairs(), map.getMaxPairs());
    }
    return bounds.expected(count, "").flatMap(e -> Constraint.found(count, e.strip() + " entries"));
  }

  private static Optional<String> bytes(BytesRules rules, ByteString value) {
    if (value.isEmpty() && rules.getIgnoreEmpty()) {
      return Optional.empty();
    }
    return TextConstraint.Bounds.of(
            rules.hasMinLen(), rules.getMinLen(), rules.hasMaxLen(), rules.getMaxLen())
        .expected(value.size(), "bytes")
        .flatMap(expected -> Constraint.sentence(value.size() + " bytes", expected));
  }

  private static Optional<String> enumValue(EnumRules rules, EnumValueDescriptor value) {
    // A number without a name has a descriptor of its own, which its enum does not know.
    boolean defined = value.getType().findValueByNumber(value.getNumber()) != null;
    if (rules.getDefinedOnly() && !defined) {
      List<String> names =
          value.getType().getValues().stream().map(EnumValueDescriptor::getName).toList();
      return Constraint.found(value.getNumber(), "one of " + String.join(", ", names));
    }
    int number = value.getNumber();
    if ((rules.hasConst() && number != rules.getConst())
        || (rules.getInCount() > 0 && !rules.getInList().contains(number))) {
      return Constraint.sentence(value.getName(), "another value");
    }
    return rules.getNotInList().contains(number)
        ? Constraint.sentence(value.getName(), "another value")
        : Optional.empty();
  }

  private static Optional<String> any(AnyRules rules, Message value) {
    // Envoy's API has such rules also on messages that are no Any, where only "required" counts.
    if (!(value instanceof Any any)) {
      return Optional.empty();
    }
    String url = any.getTypeUrl();
    if (rules.getInCount() > 0 && !rules.getInList().contains(url)) {
      return Constraint.found(url, "one of " + String.join(", ", rules.getInList()));
    }
    return rules.getNotInList().contains(url)
        ? Constraint.found(url, "none of " + String.join(", ", rules.getNotInList()))
        : Optional.empty();
  }
}
