package dev.lish.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.lish.check.Finding;
import dev.lish.check.Rule;
import dev.lish.check.Severity;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/** Prints Findings for people, programs and Git hosts. */
final class FindingPrinter {
  private FindingPrinter() {}

  /**
   * Prints them.
   *
   * @param format text, json, sarif, junit or github
   * @param named the folder as the user named it: paths in a review begin there, seen from the
   *     working directory, as a Git host knows no other
   * @param failing what is at least that bad is a failure to JUnit's readers too
   */
  static void print(
      Terminal terminal, List<Finding> findings, String format, String named, Severity failing) {
    String folder = seen(terminal, named);
    switch (format) {
      case "json" -> terminal.print(json(findings));
      case "sarif" -> terminal.print(sarif(findings, folder));
      case "junit" -> terminal.print(junit(findings, folder, failing));
      case "github" -> findings.forEach(f -> terminal.print(github(f, folder)));
      default -> text(terminal, findings);
    }
  }

  private static String seen(Terminal terminal, String folder) {
    Path here = terminal.resolve("").toAbsolutePath().normalize();
    Path there = terminal.resolve(folder).toAbsolutePath().normalize();
    return there.startsWith(here) ? here.relativize(there).toString() : folder;
  }

  /** Beside what was asked for. */
  static void tell(Terminal terminal, List<Finding> findings) {
    terminal.err().print(lines(terminal, findings));
    terminal.err().flush();
  }

  private static void text(Terminal terminal, List<Finding> findings) {
    terminal.out().print(lines(terminal, findings));
    terminal.out().flush();
  }

  /** {@code path:line: message [rule]}, errors in red, with what a template produced below. */
  private static String lines(Terminal terminal, List<Finding> findings) {
    StringBuilder lines = new StringBuilder();
    for (Finding finding : findings) {
      Severity severity = finding.rule().severity();
      String line =
          Terminal.clean(
              place(finding)
                  + ": "
                  + (severity == Severity.ERROR ? "" : severity.label() + ": ")
                  + finding.message()
                  + " ["
                  + finding.rule().id()
                  + "]"
                  + (finding.excerpt().isEmpty() ? "" : "\n  " + finding.excerpt()));
      lines
          .append(severity == Severity.ERROR ? terminal.red(line) : terminal.yellow(line))
          .append(System.lineSeparator());
    }
    return lines.toString();
  }

  private static String place(Finding finding) {
    return finding.line() > 0 ? finding.path() + ":" + finding.line() : finding.path();
  }

  private interface Content {
    void write(JsonGenerator json) throws IOException;
  }

  private static String generate(Content content) {
    StringWriter text = new StringWriter();
    // Streamed: binding objects would load a thousand classes for a small check.
    try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
      content.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory cannot fail", e);
    }
    return text.toString();
  }

  private static String json(List<Finding> findings) {
    return generate(
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("problems");
          for (Finding finding : findings) {
            json.writeStartObject();
            json.writeStringField("rule", finding.rule().id());
            json.writeStringField("severity", finding.rule().severity().label());
            json.writeStringField("path", finding.path());
            json.writeNumberField("line", finding.line());
            if (finding.outputLine() > 0) {
              json.writeNumberField("outputLine", finding.outputLine());
            }
            json.writeStringField("message", finding.message());
            json.writeStringField("reason", finding.rule().reason());
            json.writeStringField("page", finding.rule().page());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  /** <a href="https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html">SARIF 2.1.0</a>. */
  private static String sarif(List<Finding> findings, String folder) {
    return generate(
        json -> {
          json.writeStartObject();
          json.writeStringField("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
          json.writeStringField("version", "2.1.0");
          json.writeArrayFieldStart("runs");
          json.writeStartObject();
          json.writeObjectFieldStart("tool");
          json.writeObjectFieldStart("driver");
          json.writeStringField("name", "lish check");
          json.writeArrayFieldStart("rules");
          TreeSet<Rule> rules = new TreeSet<>(findings.stream().map(Finding::rule).toList());
          for (Rule rule : rules) {
            json.writeStartObject();
            json.writeStringField("id", rule.id());
            json.writeObjectFieldStart("shortDescription");
            json.writeStringField("text", rule.reason());
            json.writeEndObject();
            json.writeObjectFieldStart("help");
            json.writeStringField("text", "See " + rule.page() + " of Lish.");
            json.writeEndObject();
            json.writeObjectFieldStart("defaultConfiguration");
            json.writeStringField("level", level(rule.severity(), "note"));
            json.writeEndObject();
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
          json.writeEndObject();
          json.writeArrayFieldStart("results");
          for (Finding finding : findings) {
            result(json, finding, folder);
          }
          json.writeEndArray();
          json.writeEndObject();
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void result(JsonGenerator json, Finding finding, String folder)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("ruleId", finding.rule().id());
    json.writeStringField("level", level(finding.rule().severity(), "note"));
    json.writeObjectFieldStart("message");
    json.writeStringField("text", finding.message());
    json.writeEndObject();
    json.writeArrayFieldStart("locations");
    json.writeStartObject();
    json.writeObjectFieldStart("physicalLocation");
    json.writeObjectFieldStart("artifactLocation");
    json.writeStringField("uri", uri(inFolder(folder, finding.path())));
    json.writeEndObject();
    if (finding.line() > 0) {
      json.writeObjectFieldStart("region");
      json.writeNumberField("startLine", finding.line());
      json.writeEndObject();
    }
    json.writeEndObject();
    json.writeEndObject();
    json.writeEndArray();
    json.writeEndObject();
  }

  /** RFC 3986: a blank, a sign or a letter that is none of ASCII's is written as its bytes. */
  private static String uri(String path) {
    StringBuilder uri = new StringBuilder();
    for (byte each : path.getBytes(UTF_8)) {
      char letter = (char) (each & 0xFF);
      boolean plain =
          letter < 128 && (Character.isLetterOrDigit(letter) || "/-._~".indexOf(letter) >= 0);
      uri.append(plain ? String.valueOf(letter) : "%%%02X".formatted(each & 0xFF));
    }
    return uri.toString();
  }

  private static String level(Severity severity, String info) {
    return severity == Severity.INFO ? info : severity.label();
  }

  private static String inFolder(String folder, String path) {
    String stripped = folder.replaceFirst("^(\\./)+", "").replaceFirst("/+$", "");
    return stripped.isEmpty() || stripped.equals(".") ? path : stripped + "/" + path;
  }

  /**
   * One test case for each Finding, so that a CI shows each with its place; one that passes else.
   */
  private static String junit(List<Finding> findings, String folder, Severity failing) {
    StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    long failures = findings.stream().filter(f -> f.rule().severity().reaches(failing)).count();
    xml.append(
        "<testsuite name=\"lish check\" tests=\"%d\" failures=\"%d\">\n"
            .formatted(Math.max(1, findings.size()), failures));
    if (findings.isEmpty()) {
      xml.append("  <testcase classname=\"lish check\" name=\"")
          .append(escaped(folder))
          .append("\"/>\n");
    }
    for (Finding finding : findings) {
      boolean failed = finding.rule().severity().reaches(failing);
      String place = inFolder(folder, place(finding));
      xml.append(
          "  <testcase classname=\"%s\" name=\"%s\" file=\"%s\">\n"
              .formatted(
                  finding.rule().id(), escaped(place), escaped(inFolder(folder, finding.path()))));
      xml.append(
          failed
              ? "    <failure message=\"%s\">%s</failure>\n"
                  .formatted(escaped(finding.message()), escaped(place + "\n" + finding.excerpt()))
              : "    <system-out>%s</system-out>\n"
                  .formatted(
                      escaped(finding.rule().severity().label() + ": " + finding.message())));
      xml.append("  </testcase>\n");
    }
    return xml.append("</testsuite>").toString();
  }

  private static String escaped(String text) {
    return Terminal.clean(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /**
   * <a href="https://docs.github.com/actions/reference/workflow-commands">A workflow command</a>.
   */
  private static String github(Finding finding, String folder) {
    return "::%s file=%s%s,title=%s::%s"
        .formatted(
            level(finding.rule().severity(), "notice"),
            property(inFolder(folder, finding.path())),
            finding.line() > 0 ? ",line=" + finding.line() : "",
            property("lish check: " + finding.rule().id()),
            data(finding.message()));
  }

  private static String data(String text) {
    return Terminal.clean(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
  }

  private static String property(String text) {
    return data(text).replace(":", "%3A").replace(",", "%2C");
  }
}
