package dev.lish.check;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.OneofDescriptor;
import dev.lish.render.WellKnown;
import io.envoyproxy.pgv.validate.Validate;
import io.envoyproxy.pgv.validate.Validate.FieldRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What there is to look at in a kind of message, worked out once.
 *
 * @param parts the fields that anything can be said of
 * @param oneofs those of which one field must be set
 */
record Shape(List<Part> parts, List<OneofDescriptor> oneofs) {
  /**
   * A field.
   *
   * @param rules those of its declaration
   * @param value of one value of it
   * @param key of a key, where it is a map
   * @param nested true: its values are messages to walk through
   * @param wrapper true: its values are messages around one value, which the rules are about
   * @param age what to say where it is set
   * @param kinds of extensions that it takes
   */
  record Part(
      FieldDescriptor field,
      FieldRules rules,
      Optional<Constraint> value,
      Optional<Constraint> key,
      boolean nested,
      boolean wrapper,
      Optional<Ages.Aged> age,
      List<String> kinds) {
    /** True when it holds a length of time. */
    boolean isDuration() {
      return field.getJavaType() == JavaType.MESSAGE
          && field.getMessageType().getFullName().equals("google.protobuf.Duration");
    }
  }

  static Shape of(Descriptor type, Ages ages) {
    boolean unchecked =
        type.getOptions().getExtension(Validate.disabled)
            || type.getOptions().getExtension(Validate.ignored);
    List<Part> parts = new ArrayList<>();
    for (FieldDescriptor field : type.getFields()) {
      part(field, unchecked, ages).ifPresent(parts::add);
    }
    List<OneofDescriptor> oneofs =
        unchecked
            ? List.of()
            : type.getRealOneofs().stream()
                .filter(oneof -> oneof.getOptions().getExtension(Validate.required))
                .toList();
    return new Shape(parts, oneofs);
  }

  private static Optional<Part> part(FieldDescriptor field, boolean unchecked, Ages ages) {
    FieldRules rules = unchecked ? FieldRules.getDefaultInstance() : Constraints.of(field);
    FieldDescriptor valueField =
        field.isMapField() ? field.getMessageType().findFieldByNumber(2) : field;
    boolean message = valueField.getJavaType() == JavaType.MESSAGE;
    boolean nested = message && isWalked(valueField.getMessageType()) && !skipped(rules);
    Optional<Ages.Aged> age = ages.field(field);
    boolean enums = valueField.getJavaType() == JavaType.ENUM;
    boolean time =
        message && valueField.getMessageType().getFullName().equals("google.protobuf.Duration");
    if (rules.equals(FieldRules.getDefaultInstance())
        && !nested
        && !enums
        && !time
        && age.isEmpty()) {
      return Optional.empty();
    }
    FieldRules ofValue =
        rules.hasRepeated()
            ? rules.getRepeated().getItems()
            : rules.hasMap() ? rules.getMap().getValues() : rules;
    FieldRules ofKey = rules.getMap().getKeys();
    boolean wrapper = message && WellKnown.isWrapper(valueField.getMessageType());
    return Optional.of(
        new Part(
            field,
            rules,
            Constraints.ofValue(ofValue),
            Constraints.ofValue(ofKey),
            nested,
            wrapper,
            age,
            Extensions.kinds(field)));
  }

  private static boolean skipped(FieldRules rules) {
    return rules.getMessage().getSkip() || rules.getRepeated().getItems().getMessage().getSkip();
  }

  private static boolean isWalked(Descriptor type) {
    return !type.getFile().getPackage().equals("google.protobuf") || type.getName().equals("Any");
  }
}
