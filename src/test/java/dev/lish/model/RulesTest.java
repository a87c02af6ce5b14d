package dev.lish.model;

import static dev.lish.Nodes.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTest {
  private static final Node NODE =
      node("edge-1", "edge-tokyo", Map.of("stage", "beta", "a.b", "1"));

  private static NodeMatch match(String key, String glob) {
    return new NodeMatch(new TreeMap<>(Map.of(key, glob)));
  }

  @Test
  void everyKeyIsMatched() {
    assertThat(match("id", "edge-1").matches(NODE)).isTrue();
    assertThat(match("cluster", "edge-*").matches(NODE)).isTrue();
    assertThat(match("locality.zone", "tokyo-?").matches(NODE)).isTrue();
    assertThat(match("metadata.stage", "beta").matches(NODE)).isTrue();
    assertThat(match("metadata.a.b", "1").matches(NODE)).isTrue();
  }

  @Test
  void missingValuesMatchNoGlob() {
    assertThat(match("metadata.none", "*").matches(NODE)).isFalse();
    assertThat(match("peer.san", "*").matches(NODE)).isFalse();
  }

  @Test
  void globsQuoteWhatIsNoWildcard() {
    assertThat(match("id", "edge.1").matches(NODE)).isFalse();
    assertThat(match("id", "*\\E*").matches(NODE)).isFalse();
  }

  @Test
  void unknownKeysAreRefused() {
    assertThatThrownBy(() -> match("zone", "*")).hasMessageContaining("zone (expected: id");
  }

  @Test
  void groupsTakeOnlyListedValues() {
    TreeMap<String, List<String>> by = new TreeMap<>();
    by.put("locality.zone", List.of("tokyo-1", "tokyo-2"));
    by.put("metadata.stage", List.of("alpha", "beta"));
    GroupRule group = new GroupRule("edge", NodeMatch.ALL, by);
    assertThat(group.combinations()).hasSize(4);
    assertThat(group.take(NODE))
        .hasValue(new TreeMap<>(Map.of("locality.zone", "tokyo-1", "metadata.stage", "beta")));
    assertThat(group.take(node("x", "y", Map.of("stage", "gamma")))).isEmpty();
  }

  @Test
  void raisingThePercentageOnlyAddsNodes() {
    StageRule five = new StageRule("canary", NodeMatch.ALL, 5);
    StageRule twenty = new StageRule("canary", NodeMatch.ALL, 20);
    List<Node> nodes =
        IntStream.range(0, 4000).mapToObj(i -> node("n-" + i, "c", Map.of())).toList();
    List<Node> few = nodes.stream().filter(five::takes).toList();
    List<Node> more = nodes.stream().filter(twenty::takes).toList();
    assertThat(more).containsAll(few);
    assertThat(few.size()).isBetween(120, 280);
    assertThat(more.size()).isBetween(640, 960);
  }

  @ParameterizedTest
  @CsvSource({
    "edge-*, edge-web, true",
    "edge-*, edge-, true",
    "edge-*, web-edge-1, false",
    "*, '', true",
    "'', '', true",
    "?, '', false",
    "a?c, abc, true",
    "a?c, ac, false",
    "*-web, edge-web, true",
    "*-web, edge-web-1, false",
    "a*b*c, axxbyybzzc, true",
    "a*b*c, axxcyyb, false",
    "**, anything, true",
    "a.c, abc, false",
  })
  void aGlobMatchesAsInAShell(String glob, String cluster, boolean matches) {
    NodeMatch match = new NodeMatch(new TreeMap<>(Map.of("cluster", glob)));
    assertThat(match.matches(node("n", cluster, Map.of()))).isEqualTo(matches);
  }

  @Test
  void aLongValueCannotMakeAGlobSlow() {
    NodeMatch match = new NodeMatch(new TreeMap<>(Map.of("cluster", "*a*a*a*a*a*a*a*a*b")));
    Node node = node("n", "a".repeat(5_000), Map.of());
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(5), () -> assertThat(match.matches(node)).isFalse());
  }
}
