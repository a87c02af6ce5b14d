package dev.lish.render;

import dev.lish.model.Nearest;
import io.pebbletemplates.pebble.error.PebbleException;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says what Pebble found in a way that tells what was expected too. */
final class TemplateMessages {
  private static final List<Rule> RULES =
      List.of(
          new Rule("Filter \\[(.*)] does not exist\\.", "filter", TemplateSandbox.filterNames()),
          new Rule("Function or Macro \\[(.*)] does not exist\\.", "function or macro", List.of()),
          new Rule("Test \\[(.*)] does not exist\\.", "test", List.of()),
          new Rule("Unexpected tag name \"(.*)\"", "tag", TemplateSandbox.tagNames()));
  private static final Pattern UNEXPECTED =
      Pattern.compile("Unexpected character \\[(.)]", Pattern.DOTALL);
  private static final Pattern LOOKING =
      Pattern.compile("Unexpected end of template\\. Pebble was looking for the \"(.*)\" tag");

  private TemplateMessages() {}

  private record Rule(Pattern pattern, String what, Collection<String> known) {
    Rule(String pattern, String what, Collection<String> known) {
      this(Pattern.compile(pattern, Pattern.DOTALL), what, known);
    }

    String say(String name) {
      String there = known.isEmpty() ? "" : " (there are: " + String.join(", ", known) + ")";
      return "there is no " + what + " " + name + there + Nearest.question(name, known);
    }
  }

  /** The innermost message: Pebble's operators wrap what their operands threw. */
  static String of(PebbleException e) {
    PebbleException innermost = e;
    while (innermost.getCause() instanceof PebbleException cause) {
      innermost = cause;
    }
    String message = String.valueOf(innermost.getPebbleMessage());
    for (Rule rule : RULES) {
      Matcher matcher = rule.pattern.matcher(message);
      if (matcher.matches()) {
        return rule.say(matcher.group(1));
      }
    }
    Matcher unexpected = UNEXPECTED.matcher(message);
    // Pebble's lexer sees a character of its own behind the last one.
    if (unexpected.matches() && Character.isISOControl(unexpected.group(1).charAt(0))) {
      return unclosed();
    }
    Matcher looking = LOOKING.matcher(message);
    return looking.matches()
        ? "the file ends too early (expected: {% " + looking.group(1) + " %})"
        : message;
  }

  /** A file that ends inside of something. */
  static String unclosed() {
    return "the file ends too early (expected: }} or %} or the end of a tag such as macro or block)";
  }

  /** What is missing, and what is there. */
  static String missing(String name, Collection<String> variables) {
    TreeSet<String> names = new TreeSet<>(variables);
    return "there is no variable %s (there are: %s, and what the template sets)%s"
        .formatted(name, String.join(", ", names), Nearest.question(name, names));
  }
}
