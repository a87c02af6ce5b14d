package dev.lish.check;

import com.google.common.base.CharMatcher;
import dev.lish.model.Nearest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The command operators that Envoys have, and what each takes: {@code operators.txt}, which real
 * Envoys of the oldest and the newest version were asked for. One that a single version has is in
 * it too.
 */
final class Operators {
  private static final Map<String, String> KNOWN = read();
  private static final Set<String> HEADERS =
      Set.of("REQ", "RESP", "TRAILER", "REQUEST_HEADER", "RESPONSE_HEADER", "RESPONSE_TRAILER");
  private static final List<String> FORMS = List.of("CAMEL_STRING", "SNAKE_STRING", "NUMBER");

  private Operators() {}

  private static Map<String, String> read() {
    Map<String, String> known = new TreeMap<>();
    Lines.read("operators.txt").forEach((name, takes) -> known.put(name, takes.get(0)));
    return known;
  }

  /** All, for the test that holds them against real Envoys. */
  static Map<String, String> known() {
    return Map.copyOf(KNOWN);
  }

  /**
   * What is wrong with one.
   *
   * @param parameter without its brackets; empty where there is none
   * @param length of what is left; empty where nothing is cut off
   * @param more true: others may be known besides, by a formatter
   */
  static Optional<String> broken(String name, String parameter, String length, boolean more) {
    String takes = KNOWN.get(name);
    if (takes == null) {
      return more
          ? Optional.empty()
          : Optional.of(
              "an operator that Envoy has%s".formatted(Nearest.question(name, KNOWN.keySet())));
    }
    if (takes.startsWith("none") && !(parameter + length).isEmpty()) {
      return Optional.of("%" + name + "%, as it takes nothing");
    }
    if (takes.startsWith("needs") && parameter.isEmpty()) {
      return Optional.of("%" + name + "(…)%, as it needs a parameter");
    }
    if (!takes.endsWith("cut") && !length.isEmpty()) {
      return Optional.of("no length, as " + name + " takes none");
    }
    if (HEADERS.contains(name) && CharMatcher.is('?').countIn(parameter) > 1) {
      return Optional.of("%" + name + "(x?y)%, with one other header at most");
    }
    return name.equals("GRPC_STATUS") && !parameter.isEmpty() && !FORMS.contains(parameter)
        ? Optional.of("one of " + String.join(", ", FORMS))
        : Optional.empty();
  }
}
