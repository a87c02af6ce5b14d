package dev.lish.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The alert rules and the dashboard ask for metrics that there are. */
class DashboardTest {
  private static final Pattern NAME = Pattern.compile("\\blish_[a-z_]+\\b");

  private static Set<String> names(String text, Pattern pattern) {
    return pattern
        .matcher(text)
        .results()
        .map(name -> name.group().replaceAll("_(total|bucket|sum|count)$", ""))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"docker/alerts.yml", "docker/grafana-dashboard.json"})
  void everyMetricIsDocumented(String file) throws IOException {
    Set<String> documented = names(Files.readString(Path.of("docs/metrics.md")), NAME);
    Set<String> asked = names(Files.readString(Path.of(file)), NAME);

    assertThat(asked).isNotEmpty();
    assertThat(documented).containsAll(asked);
  }

  @Test
  void panelsHaveTheirPlacesAndNumbers() throws IOException {
    JsonNode dashboard =
        new ObjectMapper().readTree(Path.of("docker/grafana-dashboard.json").toFile());
    Set<Integer> ids = new TreeSet<>();
    Set<String> places = new TreeSet<>();
    for (JsonNode panel : dashboard.path("panels")) {
      assertThat(ids.add(panel.path("id").asInt())).isTrue();
      JsonNode place = panel.path("gridPos");
      assertThat(places.add(place.path("x") + "," + place.path("y"))).isTrue();
      assertThat(place.path("x").asInt() + place.path("w").asInt()).isLessThanOrEqualTo(24);
    }
    assertThat(ids).hasSizeGreaterThan(20);
  }
}
