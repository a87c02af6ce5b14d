package dev.lish.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProblemTest {
  private static final Problem BETA = Problem.error("a.yaml.peb", 3, "x: 1\n  in beta's output");
  private static final Problem RELEASE = Problem.error("a.yaml.peb", 3, "x: 1\n  in release's");

  @Test
  void aMistakeThatSeveralStagesHaveIsToldOnce() {
    assertThat(Problem.withoutRepeats(List.of(BETA, RELEASE))).containsExactly(BETA);
  }

  @Test
  void otherPlacesAndOtherSentencesAreNoRepeats() {
    List<Problem> problems =
        List.of(
            BETA,
            Problem.error("a.yaml.peb", 4, BETA.message()),
            Problem.error("b.yaml.peb", 3, BETA.message()),
            Problem.warning("a.yaml.peb", 3, BETA.message()),
            Problem.error("a.yaml.peb", 3, "y: 1"));
    assertThat(Problem.withoutRepeats(problems)).isEqualTo(problems);
  }
}
