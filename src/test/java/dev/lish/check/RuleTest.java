package dev.lish.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RuleTest {
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
