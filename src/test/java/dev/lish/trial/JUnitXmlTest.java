package dev.lish.trial;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** The report that CI servers read. */
class JUnitXmlTest {
  private static Document report(RunResult result) throws Exception {
    String text = JUnitXml.of(List.of(result));
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(text.getBytes(UTF_8)));
  }

  private static RunResult.CaseResult test(String name, List<String> failures, boolean skipped) {
    return new RunResult.CaseResult(
        "tests/a.yaml", 3, name, Duration.ofMillis(1500), failures, skipped);
  }

  @Test
  void eachTestHasOneFailureAtMost() throws Exception {
    Document report =
        report(
            new RunResult(
                new RunSpec(
                    "beta", new EnvoyBinary(Path.of("/envoy"), Version.parse("1.40.0")), true),
                1,
                Optional.of(Duration.ofSeconds(1)),
                Duration.ofSeconds(2),
                List.of(
                    test("fine", List.of(), false),
                    test("bad", List.of("tests/a.yaml:4: one\nmore", "tests/a.yaml:5: two"), false),
                    test("not run", List.of(), true)),
                Map.of("Envoy of beta/edge", "line \u0001 of a log"),
                List.of("[misc] Deprecated field"),
                List.of("cluster a: pinned")));
    Element suite = (Element) report.getElementsByTagName("testsuite").item(0);
    assertThat(suite.getAttribute("name")).isEqualTo("beta on Envoy 1.40.0 (sotw)");
    assertThat(suite.getAttribute("tests")).isEqualTo("3");
    assertThat(suite.getAttribute("failures")).isEqualTo("1");
    assertThat(suite.getAttribute("skipped")).isEqualTo("1");
    Element failed = (Element) report.getElementsByTagName("testcase").item(1);
    assertThat(failed.getAttribute("file")).isEqualTo("tests/a.yaml");
    assertThat(failed.getAttribute("line")).isEqualTo("3");
    assertThat(failed.getAttribute("time")).isEqualTo("1.500");
    assertThat(report.getElementsByTagName("failure").getLength()).isEqualTo(1);
    Element failure = (Element) report.getElementsByTagName("failure").item(0);
    assertThat(failure.getAttribute("message")).isEqualTo("tests/a.yaml:4: one");
    assertThat(failure.getTextContent()).contains("more").contains("tests/a.yaml:5: two");
    assertThat(report.getElementsByTagName("system-out").item(0).getTextContent())
        .contains("cluster a: pinned");
    assertThat(report.getElementsByTagName("system-err").item(0).getTextContent())
        .contains("Deprecated field", "Envoy of beta/edge", "line \ufffd of a log");
  }
}
