package dev.lish.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** What the views of a running server have in common. */
final class Views {
  private Views() {}

  /** Prints the body as it came, but indented. */
  static int json(Terminal terminal, JsonNode body) {
    try {
      terminal.print(Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(body));
      return Exit.FINE;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree that was parsed can be written", e);
    }
  }

  /** The text of the field; a dash when it has none. */
  static String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isMissingNode() || value.isNull() || value.asText().isEmpty()
        ? "-"
        : Terminal.clean(value.asText());
  }

  /** How long ago the field says; a dash when it says nothing. */
  static String ago(Terminal terminal, JsonNode node, String field) {
    String at = text(node, field);
    return at.equals("-") ? at : Ages.ago(at, terminal.clock().instant());
  }

  /** Green for what is well, red for what is not, yellow in between. */
  static UnaryOperator<String> colour(Terminal terminal, String state) {
    return switch (state.toLowerCase(Locale.ROOT)) {
      case "synced", "current" -> terminal::green;
      case "nacked", "missing", "error" -> terminal::red;
      default -> terminal::yellow;
    };
  }

  /** {@code 2 errors, 1 warning}, or a dash. */
  static String problems(JsonNode count) {
    String text =
        ProblemPrinter.count(count.path("errors").asLong(), count.path("warnings").asLong());
    return text.isEmpty() ? "-" : text;
  }
}
