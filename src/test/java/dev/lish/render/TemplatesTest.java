package dev.lish.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.model.Problem;
import dev.lish.model.Revision;
import dev.lish.source.MeshFolder;
import dev.lish.source.Service;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplatesTest {
  private static final String PATH = "edge/routes/main.yaml.peb";

  private final Map<String, String> shared = new HashMap<>();
  private final ProblemSink sink = new ProblemSink();
  private Variables variables = new Variables(Map.of());
  private Templates.Result result = new Templates.Result(Optional.empty(), new TreeSet<>());

  private String evaluate(String template) {
    TreeMap<String, ByteString> files = new TreeMap<>();
    shared.forEach((path, text) -> files.put(path, ByteString.copyFromUtf8(text)));
    files.put("edge/secret.peb", ByteString.copyFromUtf8("secret"));
    Templates templates = new Templates(new MeshFolder(Revision.NONE, files), sink);
    SortedMap<String, List<Service>> services = new TreeMap<>();
    services.put(
        "consul",
        List.of(
            new Service(
                "api", new TreeSet<>(Set.of("v1", "v2")), new TreeMap<>(Map.of("port", "1"))),
            new Service("web", new TreeSet<>(), new TreeMap<>())));
    variables =
        new Variables(
            Map.of(
                "stage",
                "beta",
                "values",
                Map.of("ports", List.of(80L, 443L), "tls", true, "name", "x"),
                "registry",
                new Catalogs(services, Set.of("consul", "other"), templates::reads)));
    result = templates.evaluate(new Text(PATH, template, false), variables, sink);
    return result.text().map(Text::content).orElse("");
  }

  private List<String> problems() {
    return sink.sorted().stream().map(Problem::toString).toList();
  }

  @Test
  void writesTextAndVariablesAsTheyAre() {
    assertThat(evaluate("a: \"{{ stage }}\" # <&>\n\nb: {{ values.ports[1] }} {{ values.tls }}\n"))
        .isEqualTo("a: \"beta\" # <&>\n\nb: 443 true\n");
  }

  @Test
  void keepsLineEndsAfterTags() {
    assertThat(evaluate("{% for p in values.ports %}\n- {{ p }}: {{ loop.index }}{% endfor %}\n"))
        .isEqualTo("\n- 80: 0\n- 443: 1\n");
  }

  @Test
  void takesMacrosIncludesAndParentsFromTheTemplatesFolder() {
    shared.put("templates/m.peb", "{% macro port(p) %}port: {{ p }}{% endmacro %}");
    shared.put("templates/sub/part.peb", "part of {{ stage }} {{ extra }}\n");
    shared.put("templates/base.peb", "head\n{% block body %}none{% endblock %}\n");
    assertThat(
            evaluate(
                """
                {% extends "base.peb" %}
                {% import "templates/m.peb" as m %}
                {% block body %}{{ m.port(1) }}
                {% include "sub/part.peb" with {"extra": "e"} %}{% endblock %}
                """))
        .isEqualTo("head\nport: 1\npart of beta e\n\n");
    assertThat(problems()).isEmpty();
  }

  @Test
  void importedMacrosWorkInEveryRoundAndEveryEvaluation() {
    shared.put("templates/m.peb", "{% macro port(p) %}{{ p }};{% endmacro %}");
    shared.put(
        "templates/i.peb", "{% from \"m.peb\" import port as q, port %}{{ q(1) }}{{ port(2) }}");
    assertThat(evaluate("{% for i in 1..3 %}{% include \"i.peb\" %}{% endfor %}"))
        .isEqualTo("1;2;1;2;1;2;");
  }

  @Test
  void readsServicesAndRemembersWhose() {
    assertThat(
            evaluate(
                """
                {% for s in registry.consul.services %}
                {{ s.name }} {{ s.tags | join(",") }} {{ s.metadata.port | default("none") }}
                {%- endfor %}"""))
        .isEqualTo("\napi v1,v2 1\nweb  none");
    assertThat(result.catalogs()).containsExactly("consul");
  }

  @Test
  void doesNotCountARegistryWhoseServicesItDoesNotRead() {
    evaluate("{% if stage == \"release\" %}{{ registry.consul.services | length }}{% endif %}");
    assertThat(result.catalogs()).isEmpty();
  }

  @Test
  void mapsLinesOfTheOutputToLinesOfTheTemplate() {
    shared.put("templates/part.peb", "from\npart\n");
    evaluate(
        """
        one
        {% for p in values.ports %}
        - port
          line {{ p }}
        {% endfor %}
        {% include "part.peb" %}
        end
        """);
    Text text = result.text().orElseThrow();
    List<String> mapped =
        Stream.iterate(1, i -> i + 1)
            .limit(text.content().lines().count())
            .map(
                i ->
                    text.templateLine().applyAsInt(i)
                        + " "
                        + text.content().lines().toList().get(i - 1))
            .toList();
    assertThat(mapped)
        .containsExactly(
            "1 one",
            "2 ",
            "3 - port",
            "4   line 80",
            "2 ",
            "3 - port",
            "4   line 443",
            "5 ",
            "6 from",
            "6 part",
            "6 ",
            "7 end");
  }

  @Test
  void namesFileAndLineOfAMissingVariable() {
    evaluate("a\nb: {{ valeus.x }}\n");
    assertThat(problems())
        .containsExactly(
            PATH
                + ":2: there is no variable valeus (there are: registry, stage, values, and what the"
                + " template sets); did you mean \"values\"?");
  }

  @Test
  void namesTheKeysThatAMapHas() {
    evaluate("a\n\nb: {{ values.x }}\n");
    assertThat(problems())
        .containsExactly(PATH + ":3: there is no x in this map (it has: name, ports, tls)");
  }

  @Test
  void namesTheSharedFileAndWhoIncludesIt() {
    shared.put("templates/part.peb", "\n{{ nothing }}");
    evaluate("a\n{% include \"part.peb\" %}");
    assertThat(problems()).hasSize(1);
    assertThat(problems().get(0))
        .startsWith("templates/part.peb:2: there is no variable nothing")
        .endsWith("included by " + PATH + ":2");
  }

  @Test
  void refusesAnUnknownRegistry() {
    evaluate("{{ registry.konsul.services | length }}");
    assertThat(problems())
        .containsExactly(
            PATH
                + ":1: there is no registry konsul (there are: consul, other); did you mean"
                + " \"consul\"?");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ \"\".class }}",
        "{{ stage.getClass() }}",
        "{{ stage.class.forName(\"java.lang.Runtime\") }}",
        "{{ values.getClass() }}",
        "{{ values.class }}",
        "{{ values.entrySet() }}",
        "{{ values.ports.class }}",
        "{{ values.ports.size() }}",
        "{{ values.ports.stream() }}",
        "{{ 1.class }}",
        "{{ (1).TYPE }}",
        "{{ true.class }}",
        "{{ beans.x }}",
        "{{ locale.class }}",
        "{{ locale.displayName }}",
        "{{ locale }}",
        "{{ template }}",
        "{{ template.engine }}",
        "{{ _context.class }}",
        "{{ _context.stage }}",
        "{{ \"a\".constructor }}",
        "{{ \"a\"[\"class\"] }}",
        "{{ stage.bytes }}",
        "{{ stage.length() }}",
        "{{ registry.class }}",
        "{{ registry.consul.class }}",
        "{{ registry.consul.services.class }}",
        "{% for s in registry.consul.services %}{{ s.class }}{% endfor %}",
        "{% for p in values.ports %}{{ loop.class }}{% endfor %}",
        "{% for e in values %}{{ e.class }}{% endfor %}",
        "{% import \"m.peb\" as m %}{{ m.class }}",
        "{% import \"m.peb\" as m %}{{ m.template }}",
        "{{ i18n(\"messages\", \"x\") }}",
        "{{ stage | date }}",
        "{{ 1 | numberformat(\"#\") }}",
        "{{ \"%s\" | format(1) }}",
        "{% parallel %}x{% endparallel %}",
        "{% cache \"x\" %}x{% endcache %}",
        "{% flush %}",
        "{% include \"/etc/passwd\" %}",
        "{% include \"../edge/secret.peb\" %}",
        "{% include \"../../edge/secret.peb\" %}",
        "{% include \"edge/secret.peb\" %}",
        "{% include \"edge/routes/main.yaml.peb\" %}",
        "{% include \"./main.yaml.peb\" %}",
        "{% import \"logback.xml\" %}",
        "{% extends \"templates/none.peb\" %}",
        "{{ now() }}",
        "{{ random() }}",
        "{{ range(0, 1000000000) }}",
        "{{ values }}",
        "{{ values.ports ~ \"\" }}",
        "{% set stage = \"other\" %}",
      })
  void reachesNothingOutside(String template) {
    shared.put("templates/m.peb", "{% macro a() %}a{% endmacro %}");
    String output = evaluate(template);
    assertThat(problems()).as("output %s", output).hasSize(1);
    assertThat(problems().get(0)).startsWith(PATH + ":1: ").doesNotContain("java.", "io.pebble");
  }

  static List<String> endless() {
    return List.of(
        "{% for i in range(0, 1000000000) %}{% endfor %}",
        "{% for i in 0..99999 %}{% for j in 0..99999 %}{% endfor %}{% endfor %}",
        "{% for i in 0..9999 %}{% for j in 0..9999 %}{% if true %}{% endif %}{% endfor %}{% endfor %}",
        "{% for i in 0..9999 %}{% for j in 0..9999 %}{{ i }}{% endfor %}{% endfor %}",
        "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
        "{% macro m(n) %}{{ m(n) }}{{ m(n) }}{% endmacro %}{{ m(0) }}",
        "{% include \"self.peb\" %}",
        "{% include \"child.peb\" %}",
        "{% block a %}{{ block(\"a\") }}{% endblock %}",
        "{% set s = \"xxxxxxxx\" %}{% for i in 0..60 %}{% set s = s ~ s %}{% endfor %}",
        "{% set s = \"xxxxxxxx\" %}{% for i in 0..60 %}{% set s = s + s %}{% endfor %}",
        "{% set s = \"xxxxxxxx\" %}{% for i in 0..60 %}{% set s = \"#{s}#{s}\" %}{% endfor %}",
        "{% set s = \"xx\" %}{% for i in 0..60 %}{% set s = s | replace({\"x\": \"xx\"}) %}{% endfor %}",
        "{% set s = \"%\" %}{% for i in 0..60 %}{% set s = (s ~ s) | urlencode %}{% endfor %}",
        "{% set l = [1] %}{% for i in 0..60 %}{% set l = l | merge(l) %}{% endfor %}",
        "{% set l = [1] %}{% for i in 0..60 %}{% set l = l + l %}{% endfor %}",
        "{% set l = [1] %}{% for i in 0..60 %}{% set l = [l, l] %}{% endfor %}",
        "{% set l = [1] %}{% for i in 0..60 %}{% set l = {\"a\": l, \"b\": l} %}{% endfor %}",
        "{% macro m(l) %}{% if m([l, l]) == m([l, l]) %}{% endif %}{% endmacro %}{{ m([1]) }}",
        "{% for i in 0..99999 %}" + "xxxxxxxxxx".repeat(100) + "{% endfor %}",
        "{{ " + "(".repeat(100_000) + "1" + ")".repeat(100_000) + " }}",
        "{% if true %}".repeat(5_000) + "{% endif %}".repeat(5_000),
        "{{ \"" + "#{stage}".repeat(1_000) + "\" }}",
        "{{ \"a#{stage}\\",
        "{{",
        "{% for",
        "{{ \"abc",
        "{{ stage",
        "{# never",
        "{% verbatim %}",
        "{% if true %}");
  }

  @ParameterizedTest
  @MethodSource("endless")
  void endsQuicklyWithAProblem(String template) {
    shared.put("templates/self.peb", "{% include \"self.peb\" %}");
    shared.put("templates/child.peb", "{% extends \"child.peb\" %}");
    Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> evaluate(template));
    assertThat(problems()).hasSize(1);
    assertThat(problems().get(0)).doesNotContain("java.");
  }

  @Test
  void remembersWhatItAskedFor() {
    evaluate("{% if values.tls %}a{% else %}{{ stage }}{% endif %}");
    assertThat(variables.asked("values")).isTrue();
    assertThat(variables.asked("stage", "registry")).isFalse();
  }

  @Test
  void sortsACopy() {
    assertThat(
            evaluate(
                "{{ values.ports | rsort | join }} {{ values.ports | reverse | first }} {{"
                    + " values.ports | join }}"))
        .isEqualTo("44380 443 80443");
  }

  @Test
  void escapesForJsonOnRequest() {
    assertThat(evaluate("{% set s = 'a\"b' %}\"{{ s | escape(\"json\") }}\""))
        .isEqualTo("\"a\\\"b\"");
  }

  @Test
  void splitsByPlainText() {
    assertThat(evaluate("{{ \"a.b.c\" | split(\".\") | last }}")).isEqualTo("c");
  }
}
