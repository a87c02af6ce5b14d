package dev.lish.check;

import dev.lish.model.Problem;
import dev.lish.model.ResourceType;
import dev.lish.render.Inspection;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a group lacks because of errors, and therefore nobody can say whether it is there.
 *
 * @param group its name
 * @param errors by type, the first error that may have left one out
 * @param broken by type, the names of those that errors are about: they are there, once mended
 * @param told takes what could not be looked for
 */
record Gaps(
    String group,
    Map<ResourceType, Problem> errors,
    Map<ResourceType, Set<String>> broken,
    Told told) {
  /** A Problem of a resource begins with what it is and its name. */
  private static final Pattern NAMED = Pattern.compile("^[A-Z]\\w* \"([^\"]+)\"");

  /** True when resources of the type may be missing. */
  boolean has(ResourceType type) {
    return errors.containsKey(type);
  }

  /** A name of this type was not found, and may be among what is missing. */
  void skipped(ResourceType type, String name) {
    Problem error = errors.get(type);
    if (error != null && !broken.getOrDefault(type, Set.of()).contains(name)) {
      told.add(error, type, group, name);
    }
  }

  /** All that was not checked. */
  static final class Told {
    private final Map<Problem, Map<ResourceType, Skipped>> skipped = new TreeMap<>();

    private record Skipped(TreeSet<String> groups, TreeSet<String> names) {}

    /** What these errors left out of a group. */
    Gaps of(List<Inspection.Unread> unread, String group) {
      Map<ResourceType, Problem> errors = new EnumMap<>(ResourceType.class);
      Map<ResourceType, Set<String>> broken = new EnumMap<>(ResourceType.class);
      for (Inspection.Unread each : unread) {
        if (each.groups().contains(group)) {
          Matcher named = NAMED.matcher(each.problem().message());
          Optional<String> name = named.find() ? Optional.of(named.group(1)) : Optional.empty();
          for (ResourceType type : each.types()) {
            errors.putIfAbsent(type, each.problem());
            name.ifPresent(n -> broken.computeIfAbsent(type, t -> new HashSet<>()).add(n));
          }
        }
      }
      return new Gaps(group, errors, broken, this);
    }

    private void add(Problem error, ResourceType type, String group, String name) {
      Skipped some =
          skipped
              .computeIfAbsent(error, e -> new EnumMap<>(ResourceType.class))
              .computeIfAbsent(type, t -> new Skipped(new TreeSet<>(), new TreeSet<>()));
      some.groups().add(group);
      some.names().add(name);
    }

    /** One for each error and type. */
    List<Finding> findings() {
      List<Finding> findings = new ArrayList<>();
      skipped.forEach(
          (error, types) ->
              types.forEach(
                  (type, some) ->
                      findings.add(
                          Finding.at(
                              Rule.NOT_CHECKED, error.path(), error.line(), message(type, some)))));
      return findings;
    }

    private static String message(ResourceType type, Skipped some) {
      List<String> names = List.copyOf(some.names());
      String shown = String.join(", ", names.subList(0, Math.min(names.size(), 5)));
      return "not checked because of the error here: whether group %s has the %s %s%s (expected: the"
              .formatted(
                  String.join(", ", some.groups()),
                  type.label(),
                  shown,
                  names.size() > 5 ? " and %d more".formatted(names.size() - 5) : "")
          + " error mended)";
    }
  }
}
