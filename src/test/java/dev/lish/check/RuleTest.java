package dev.lish.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.Problem;
import dev.lish.model.ProblemKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RuleTest {
  @Test
  void everyKindOfMistakeInAMeshFolderHasARuleOfItsOwnThatIsAsBad() {
    List<ProblemKind> kinds = new ArrayList<>(List.of(ProblemKind.values()));
    kinds.remove(ProblemKind.OTHER);
    for (ProblemKind kind : kinds) {
      assertThat(Rule.of(kind).name()).isEqualTo(kind.name());
      assertThat(Rule.of(kind).severity().name()).isEqualTo(kind.severity().name());
    }
  }

  @Test
  void whatTheServerRefusesCannotBeSilenced() {
    for (ProblemKind kind : ProblemKind.values()) {
      boolean byServer =
          kind.severity() == Problem.Severity.ERROR
              && kind != ProblemKind.BAD_SILENCE
              && kind != ProblemKind.CHECKS_FILE;
      assertThat(Rule.of(kind).canBeSilenced()).as(kind.name()).isEqualTo(!byServer);
    }
  }

  @Test
  void everyRuleHasASectionThatSaysItsSeverityAndNoSectionIsOfNoRule() throws IOException {
    String page = Files.readString(Path.of("docs/checks.md"));
    String rules = page.substring(page.indexOf("\n# Rules"));
    List<String> sections =
        rules.lines().filter(l -> l.startsWith("## ")).map(l -> l.substring(3)).toList();
    assertThat(sections).isEqualTo(Arrays.stream(Rule.values()).map(Rule::id).toList());
    for (Rule rule : Rule.values()) {
      assertThat(rules).contains("\n## " + rule.id() + "\n\n" + rule.severity().label() + ". ");
      assertThat(Rule.of(rule.id())).contains(rule);
    }
  }
}
