package dev.lish.check;

import com.google.protobuf.DescriptorProtos.FieldOptions;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.lish.render.ApiHistory;
import dev.lish.render.ApiHistory.Age;
import envoy.annotations.Deprecation;
import java.util.List;
import java.util.Optional;

/**
 * Whether Envoy still wants, or has already, a field, a value or a type: by the marks in the
 * descriptors, or by what the Envoy versions in use have.
 */
final class Ages {
  private static final String ENVOY = "envoy.";

  private final List<String> versions;

  /**
   * Ages in these versions.
   *
   * @param versions minor versions such as 1.36 that {@link ApiHistory} knows; none: the marks
   *     count
   */
  Ages(List<String> versions) {
    this.versions = List.copyOf(versions);
  }

  /** What is to be said where something of an age is used. */
  record Aged(Rule rule, String message) {}

  /** What is to be said where the field is set. */
  Optional<Aged> field(FieldDescriptor field) {
    if (isByVersion(field.getFullName())) {
      return inVersions(field.getFullName(), "a field", Rule.IGNORED_IN_VERSION);
    }
    FieldOptions options = field.getOptions();
    if (options.getExtension(Deprecation.disallowedByDefault)) {
      return aged(
          Rule.DISALLOWED_FIELD, "found a field that Envoy no longer takes (expected: none)");
    }
    return options.getDeprecated()
        ? aged(Rule.DEPRECATED_FIELD, "found a deprecated field (expected: what replaces it)")
        : Optional.empty();
  }

  /**
   * What is to be said where the enum has the value.
   *
   * @param definedOnly true: Envoy refuses a number that it has no name for
   */
  Optional<Aged> value(EnumValueDescriptor value, boolean definedOnly) {
    // What is not written is the first value.
    boolean written = value.getIndex() > 0;
    if (isByVersion(value.getFullName())) {
      return inVersions(
              value.getFullName(),
              value.getName() + ",",
              definedOnly ? Rule.REFUSED_IN_VERSION : Rule.IGNORED_IN_VERSION)
          .filter(aged -> written || aged.rule() == Rule.DISALLOWED_FIELD);
    }
    if (value.getOptions().getExtension(Deprecation.disallowedByDefaultEnum)) {
      return aged(
          Rule.DISALLOWED_FIELD, "found " + value.getName() + ", which Envoy no longer takes");
    }
    return written && value.getOptions().getDeprecated()
        ? aged(Rule.DEPRECATED_FIELD, "found " + value.getName() + ", which is deprecated")
        : Optional.empty();
  }

  /** What is to be said where a message of the type is packed. */
  Optional<Aged> type(Descriptor type) {
    return isByVersion(type.getFullName())
        ? inVersions(type.getFullName(), "a type", Rule.REFUSED_IN_VERSION)
        : Optional.empty();
  }

  private boolean isByVersion(String name) {
    return !versions.isEmpty() && name.startsWith(ENVOY);
  }

  private Optional<Aged> inVersions(String name, String what, Rule absent) {
    ApiHistory history = ApiHistory.known();
    List<String> without = in(history, name, Age.ABSENT);
    if (!without.isEmpty()) {
      String does = absent == Rule.REFUSED_IN_VERSION ? "refuses" : "passes over";
      List<String> with =
          history.versions().stream().filter(v -> history.age(name, v) != Age.ABSENT).toList();
      return aged(
          absent,
          "found %s that Envoy %s does not know and %s (expected: what it has; this is in %s)"
              .formatted(what, list(without), does, span(history, with)));
    }
    List<String> refusing = in(history, name, Age.DISALLOWED);
    if (!refusing.isEmpty()) {
      return aged(
          Rule.DISALLOWED_FIELD,
          "found %s that Envoy %s no longer takes (expected: none)"
              .formatted(what, list(refusing)));
    }
    List<String> warning = in(history, name, Age.DEPRECATED);
    return warning.isEmpty()
        ? Optional.empty()
        : aged(
            Rule.DEPRECATED_IN_VERSION,
            "found %s that is deprecated in Envoy %s, since %s (expected: what replaces it)"
                .formatted(what, list(warning), since(history, name)));
  }

  private static String since(ApiHistory history, String name) {
    String first = history.versions(name, Age.DEPRECATED).get(0);
    return first.equals(history.versions().get(0)) ? first + " or before" : first;
  }

  private static String span(ApiHistory history, List<String> with) {
    String first = with.get(0);
    String last = with.get(with.size() - 1);
    List<String> all = history.versions();
    if (last.equals(all.get(all.size() - 1))) {
      return first + " and newer";
    }
    if (first.equals(all.get(0))) {
      return last + " and older";
    }
    return first.equals(last) ? first : first + " to " + last;
  }

  private List<String> in(ApiHistory history, String name, Age age) {
    return versions.stream().filter(version -> history.age(name, version) == age).toList();
  }

  private static String list(List<String> versions) {
    return String.join(", ", versions);
  }

  private static Optional<Aged> aged(Rule rule, String message) {
    return Optional.of(new Aged(rule, message));
  }
}
