package dev.lish.trial;

import dev.lish.model.GroupRule;
import dev.lish.model.Nearest;
import dev.lish.model.Problem;
import dev.lish.model.StageRule;
import dev.lish.render.Mesh;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds tests that ask for what the mesh does not have: such a test would run nowhere, and so never
 * fail. Pure.
 */
final class Targets {
  private final List<String> stages;
  private final List<GroupRule> groups;

  /** Several tests may have the same words in the same place. */
  private final Set<Problem> problems = new LinkedHashSet<>();

  Targets(Mesh mesh) {
    this.stages = mesh.stages().stream().map(StageRule::name).toList();
    this.groups = mesh.groups().stream().map(Mesh.Group::rule).toList();
  }

  List<Problem> problems(TestFiles files) {
    stages(TestFiles.MATRIX, files.matrix().stages());
    for (TestCase test : files.cases()) {
      stages(test.path(), test.stages());
      target(test);
    }
    return new ArrayList<>(problems);
  }

  private void stages(String path, TestCase.Stages named) {
    named.names().stream()
        .filter(name -> !stages.contains(name))
        .forEach(name -> unknown(path, named.line(), "stages", name, stages));
  }

  private void target(TestCase test) {
    TestCase.Target target = test.target();
    List<String> names = groups.stream().map(GroupRule::name).toList();
    int line = target.line() > 0 ? target.line() : test.line();
    if (target.group().isEmpty() && groups.size() != 1) {
      problems.add(
          Problem.error(
              test.path(),
              line,
              "envoy: group: missing (expected: one of %s)".formatted(String.join(", ", names))));
      return;
    }
    Optional<GroupRule> group =
        groups.stream()
            .filter(rule -> rule.name().equals(target.group().orElse(rule.name())))
            .findFirst();
    if (group.isEmpty()) {
      unknown(test.path(), line, "envoy: group", target.group().orElse(""), names);
      return;
    }
    target
        .by()
        .forEach(
            (key, value) -> {
              List<String> values = group.get().by().get(key);
              if (values == null) {
                unknown(test.path(), line, "envoy", key, group.get().by().keySet());
              } else if (!values.contains(value)) {
                unknown(test.path(), line, "envoy: " + key, value, values);
              }
            });
  }

  private void unknown(
      String path, int line, String what, String found, Collection<String> expected) {
    problems.add(
        Problem.error(
            path,
            line,
            "%s: %s (expected: %s%s)"
                .formatted(
                    what,
                    found,
                    expected.isEmpty()
                        ? "nothing, as the group has no `by`"
                        : "of " + String.join(", ", expected),
                    Nearest.question(found, expected))));
  }
}
