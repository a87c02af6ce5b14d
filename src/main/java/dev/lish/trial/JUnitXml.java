package dev.lish.trial;

import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Writes results as the XML that CI servers read: a suite for each run. */
public final class JUnitXml {
  private final XMLStreamWriter xml;

  private JUnitXml(XMLStreamWriter xml) {
    this.xml = xml;
  }

  /** The document. */
  public static String of(List<RunResult> results) {
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter writer = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
      new JUnitXml(writer).write(results);
      writer.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("a text in memory cannot fail", e);
    }
    return text.toString();
  }

  private void write(List<RunResult> results) throws XMLStreamException {
    xml.writeStartDocument("UTF-8", "1.0");
    line();
    xml.writeStartElement("testsuites");
    for (RunResult result : results) {
      suite(result);
    }
    line();
    xml.writeEndElement();
    line();
    xml.writeEndDocument();
  }

  private void suite(RunResult result) throws XMLStreamException {
    line();
    xml.writeStartElement("testsuite");
    attribute("name", result.spec().toString());
    attribute("tests", Integer.toString(result.cases().size()));
    attribute("failures", count(result.cases().stream().filter(c -> !c.failures().isEmpty())));
    attribute("errors", "0");
    attribute("skipped", count(result.cases().stream().filter(RunResult.CaseResult::skipped)));
    attribute("time", seconds(result.took()));
    for (RunResult.CaseResult one : result.cases()) {
      testCase(result.spec(), one);
    }
    text("system-out", String.join("\n", result.notes()));
    StringBuilder log = new StringBuilder(String.join("\n", result.warnings()));
    result.logs().forEach((envoy, end) -> log.append('\n' + envoy + ":\n" + end));
    text("system-err", log.toString());
    line();
    xml.writeEndElement();
  }

  private void text(String element, String content) throws XMLStreamException {
    if (!content.isBlank()) {
      line();
      xml.writeStartElement(element);
      xml.writeCharacters(clean(content));
      xml.writeEndElement();
    }
  }

  private static String count(java.util.stream.Stream<?> some) {
    return Long.toString(some.count());
  }

  private void testCase(RunSpec spec, RunResult.CaseResult one) throws XMLStreamException {
    line();
    xml.writeStartElement("testcase");
    attribute("classname", spec.stage() + "." + spec.envoy().version() + "." + spec.protocol());
    attribute("name", one.name());
    attribute("time", seconds(one.took()));
    if (!one.path().isEmpty()) {
      attribute("file", one.path());
      attribute("line", Integer.toString(one.line()));
    }
    if (one.skipped()) {
      xml.writeEmptyElement("skipped");
      attribute("message", "not run, as Envoys were not ready");
    }
    if (!one.failures().isEmpty()) {
      // Readers take one for each test.
      xml.writeStartElement("failure");
      attribute("message", one.failures().get(0).lines().findFirst().orElse(""));
      xml.writeCharacters(clean(String.join("\n", one.failures())));
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }

  private void attribute(String name, String value) throws XMLStreamException {
    xml.writeAttribute(name, clean(value));
  }

  private void line() throws XMLStreamException {
    xml.writeCharacters("\n");
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.3f", duration.toMillis() / 1000.0);
  }

  /** XML 1.0 has no way to write most control characters. */
  private static String clean(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              boolean allowed =
                  c == '\t'
                      || c == '\n'
                      || (c >= 0x20 && c <= 0xd7ff)
                      || (c >= 0xe000 && c <= 0xfffd)
                      || c >= 0x10000;
              clean.appendCodePoint(allowed ? c : 0xfffd);
            });
    return clean.toString();
  }
}
