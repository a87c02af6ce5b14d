package dev.lish.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.check.Corpus.Case;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each mark {@code #! rule} in a bad case is found on its line, and nothing else is. */
class CorpusTest {
  private static final List<String> VERSIONS = List.of("1.36.2", "1.40.0");

  @Test
  void whatIsBadIsFoundWhereItIs() {
    List<String> wrong = new ArrayList<>();
    for (Case bad : Corpus.read("bad")) {
      Folder mesh = bad.mesh();
      // What refers to a resource that could not be read is no part of the case.
      List<String> told =
          mesh.told().stream()
              .filter(t -> !t.endsWith(Rule.NOT_CHECKED.id()))
              .map(t -> without(bad, t))
              .toList();
      List<String> marked = mesh.marked().stream().map(t -> without(bad, t)).toList();
      if (!told.equals(marked)) {
        wrong.add(bad + ": found " + told + " (expected: " + marked + ")\n" + texts(mesh));
      }
    }
    assertThat(wrong).as(String.join("\n", wrong)).isEmpty();
  }

  /** Envoy's answers are those that {@link CorpusEnvoyIT} got and compares with. */
  @Test
  void whatAnEnvoyRefusesIsFoundAndWhatIsCalledAnErrorIsRefused() {
    List<String> wrong = new ArrayList<>();
    List<Map<String, String>> records =
        VERSIONS.stream().map(version -> Corpus.recorded("bad", version)).toList();
    for (Case bad : Corpus.read("bad")) {
      boolean refused =
          records.stream().anyMatch(said -> !said.getOrDefault(bad.name(), "").isEmpty());
      boolean found =
          bad.mesh().findings().stream().anyMatch(f -> f.rule().severity() == Severity.ERROR);
      boolean right =
          switch (bad.only()) {
            case "only-envoy" -> refused && !found;
            case "only-check" -> !refused;
            default -> refused && found;
          };
      if (!right) {
        wrong.add(bad + ": refused: " + refused + ", found: " + found + " " + bad.only());
      }
    }
    assertThat(wrong).as(String.join("\n", wrong)).isEmpty();
  }

  @Test
  void whatIsGoodIsAcceptedByCheckAndEnvoy() {
    List<String> wrong = new ArrayList<>();
    List<Map<String, String>> records =
        VERSIONS.stream().map(version -> Corpus.recorded("good", version)).toList();
    for (Case good : Corpus.read("good")) {
      List<String> told = good.mesh().told();
      List<String> said = records.stream().map(r -> r.getOrDefault(good.name(), "?")).toList();
      boolean taken = said.stream().anyMatch(String::isEmpty);
      if (!told.isEmpty() || taken == good.only().equals("only-check")) {
        wrong.add(good + ": found " + told + ", Envoys say " + said);
      }
    }
    assertThat(wrong).as(String.join("\n", wrong)).isEmpty();
  }

  private static String without(Case bad, String told) {
    return told.replace(bad.path() + ":", "");
  }

  private static String texts(Folder mesh) {
    StringBuilder texts = new StringBuilder();
    mesh.findings().stream()
        .filter(f -> f.rule().severity().reaches(Severity.WARNING))
        .forEach(f -> texts.append("    ").append(f.message()).append('\n'));
    return texts.toString();
  }
}
