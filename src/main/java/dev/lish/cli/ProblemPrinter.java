package dev.lish.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.lish.model.Problem;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;

/** Prints Problems for people and for programs. */
final class ProblemPrinter {
  private ProblemPrinter() {}

  /** One {@code path:line: message} each, errors in red. */
  static void lines(Terminal terminal, Collection<Problem> problems) {
    StringBuilder lines = new StringBuilder();
    for (Problem problem : problems) {
      String line = Terminal.clean(problem.toString());
      lines
          .append(problem.isError() ? terminal.red(line) : terminal.yellow(line))
          .append(System.lineSeparator());
    }
    terminal.out().print(lines);
    terminal.out().flush();
  }

  /** {@code path:line: message} of a Problem as the API has it. */
  static String line(JsonNode problem) {
    int number = problem.path("line").asInt();
    return problem.path("path").asText()
        + (number > 0 ? ":" + number : "")
        + ": "
        + (problem.path("severity").asText().equals("error") ? "" : "warning: ")
        + problem.path("message").asText();
  }

  /** {@code {"problems": [{"severity", "path", "line", "message"}]}}. */
  static String json(List<Problem> problems) {
    StringWriter text = new StringWriter();
    // Streamed: binding objects would load a thousand classes for a small check.
    try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
      json.writeStartObject();
      json.writeArrayFieldStart("problems");
      for (Problem problem : problems) {
        json.writeStartObject();
        json.writeStringField("severity", problem.isError() ? "error" : "warning");
        json.writeStringField("path", problem.path());
        json.writeNumberField("line", problem.line());
        json.writeStringField("message", problem.message());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory cannot fail", e);
    }
    return text.toString();
  }

  /** {@code 2 errors, 1 warning}; empty when there are none. */
  static String count(long errors, long warnings) {
    String both =
        (errors == 0 ? "" : plural(errors, "error"))
            + (errors == 0 || warnings == 0 ? "" : ", ")
            + (warnings == 0 ? "" : plural(warnings, "warning"));
    return both;
  }

  static String plural(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
