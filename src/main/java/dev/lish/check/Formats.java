package dev.lish.check;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Texts with <a
 * href="https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage">command
 * operators</a>, in whatever field.
 */
final class Formats {
  /** One operator, or a percent sign that is doubled. As in Envoy, a parameter has no line end. */
  private static final Pattern COMMAND =
      Pattern.compile("%%|%([A-Z_0-9]+)(?:\\((.*?)\\))?(?::([0-9]+))?%", Pattern.UNIX_LINES);

  private Formats() {}

  static void look(SubstitutionFormatString format, Walk walk) {
    boolean more = format.getFormattersCount() > 0;
    switch (format.getFormatCase()) {
      case TEXT_FORMAT ->
          look((String) Values.field(format, "text_format"), walk, more, "text_format");
      case TEXT_FORMAT_SOURCE -> {
        if (format.getTextFormatSource().hasInlineString()) {
          look(
              format.getTextFormatSource().getInlineString(),
              walk,
              more,
              "text_format_source",
              "inline_string");
        }
      }
      case JSON_FORMAT -> struct(format.getJsonFormat(), walk, more, List.of("json_format"));
      default -> {}
    }
  }

  /** Looks at every text of a structure. */
  static void struct(Struct struct, Walk walk, boolean more, List<Object> at) {
    struct.getFieldsMap().forEach((key, value) -> value(value, walk, more, below(at, key)));
  }

  private static void value(Value value, Walk walk, boolean more, List<Object> at) {
    if (value.hasStringValue()) {
      look(value.getStringValue(), walk, more, at.toArray());
    } else if (value.hasStructValue()) {
      struct(value.getStructValue(), walk, more, at);
    } else if (value.hasListValue()) {
      for (int i = 0; i < value.getListValue().getValuesCount(); i++) {
        value(value.getListValue().getValues(i), walk, more, below(at, i));
      }
    }
  }

  /** Looks at the texts of a body or at attributes, as OpenTelemetry has them. */
  static void value(AnyValue value, Walk walk, boolean more, Object... at) {
    if (value.hasStringValue()) {
      look(value.getStringValue(), walk, more, AddressRules.with(at, "string_value"));
    } else if (value.hasKvlistValue()) {
      values(value.getKvlistValue(), walk, more, AddressRules.with(at, "kvlist_value"));
    } else if (value.hasArrayValue()) {
      for (int i = 0; i < value.getArrayValue().getValuesCount(); i++) {
        Object[] path = AddressRules.with(at, "array_value", "values", i);
        value(value.getArrayValue().getValues(i), walk, more, path);
      }
    }
  }

  /** Looks at attributes of OpenTelemetry. */
  static void values(KeyValueList list, Walk walk, boolean more, Object... at) {
    for (int i = 0; i < list.getValuesCount(); i++) {
      value(list.getValues(i).getValue(), walk, more, AddressRules.with(at, "values", i, "value"));
    }
  }

  private static List<Object> below(List<Object> at, Object step) {
    List<Object> path = new ArrayList<>(at);
    path.add(step);
    return path;
  }

  /**
   * Looks at one text.
   *
   * @param more true: there may be operators that Envoy has not by itself
   */
  static void look(String text, Walk walk, boolean more, Object... at) {
    if (text.indexOf('%') < 0) {
      return;
    }
    Matcher command = COMMAND.matcher(text);
    StringBuilder rest = new StringBuilder();
    while (command.find()) {
      command.appendReplacement(rest, "");
      if (command.group(1) != null) {
        Operators.broken(
                command.group(1),
                Objects.requireNonNullElse(command.group(2), ""),
                Objects.requireNonNullElse(command.group(3), ""),
                more)
            .ifPresent(
                expected ->
                    walk.found(
                        Rule.FORMAT_STRING,
                        "found \"%s\" (expected: %s)".formatted(command.group(), expected),
                        at));
      }
    }
    command.appendTail(rest);
    int lone = rest.indexOf("%");
    if (lone >= 0) {
      walk.found(
          Rule.FORMAT_STRING,
          "found \"%s\" (expected: an operator such as %%REQ(x)%%, or %%%% for a percent sign)"
              .formatted(
                  rest.substring(lone, Math.min(rest.length(), lone + 30)).replace("\n", "\\n")),
          at);
    }
  }
}
