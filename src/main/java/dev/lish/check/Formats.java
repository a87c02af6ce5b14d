package dev.lish.check;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Texts with <a
 * href="https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage">command
 * operators</a>. Which operators there are depends on the build, so only their form is looked at.
 */
final class Formats {
  /** One operator, or a percent sign that is doubled. */
  private static final Pattern COMMAND =
      Pattern.compile("%%|%[A-Z_0-9]+(?:\\(.*?\\))?(?::[0-9]+)?%", Pattern.DOTALL);

  private Formats() {}

  static void look(SubstitutionFormatString format, Walk walk) {
    switch (format.getFormatCase()) {
      case TEXT_FORMAT -> look((String) Values.field(format, "text_format"), walk, "text_format");
      case TEXT_FORMAT_SOURCE -> {
        if (format.getTextFormatSource().hasInlineString()) {
          look(
              format.getTextFormatSource().getInlineString(),
              walk,
              "text_format_source",
              "inline_string");
        }
      }
      case JSON_FORMAT -> struct(format.getJsonFormat(), walk, List.of("json_format"));
      default -> {}
    }
  }

  private static void struct(Struct struct, Walk walk, List<Object> at) {
    struct
        .getFieldsMap()
        .forEach(
            (key, value) -> {
              List<Object> path = new ArrayList<>(at);
              path.add(key);
              value(value, walk, path);
            });
  }

  private static void value(Value value, Walk walk, List<Object> at) {
    if (value.hasStringValue()) {
      look(value.getStringValue(), walk, at.toArray());
    } else if (value.hasStructValue()) {
      struct(value.getStructValue(), walk, at);
    }
  }

  /** Looks at one text. */
  static void look(String text, Walk walk, Object... at) {
    broken(text)
        .ifPresent(
            rest ->
                walk.found(
                    Rule.FORMAT_STRING,
                    "found \"%s\" (expected: an operator such as %%REQ(x)%%, or %%%% for a percent"
                            .formatted(rest)
                        + " sign)",
                    at));
  }

  private static Optional<String> broken(String text) {
    if (text.indexOf('%') < 0) {
      return Optional.empty();
    }
    String rest = COMMAND.matcher(text).replaceAll("");
    int at = rest.indexOf('%');
    return at < 0
        ? Optional.empty()
        : Optional.of(rest.substring(at, Math.min(rest.length(), at + 30)));
  }
}
