package dev.lish.check;

import com.google.common.base.Splitter;
import dev.lish.model.Nearest;
import java.math.BigInteger;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

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

  /** A token of RFC 9110, or a pseudo header, or nothing. */
  private static final Pattern HEADER = Pattern.compile("(?::?[-!#$&'*+.^_`|~0-9A-Za-z]+)?");

  /** What the parts of a parameter can be, divided by colons; an empty part is always one. */
  private static final Map<String, List<Set<String>>> PARTS =
      Map.of(
          "PATH",
          List.of(Set.of("WQ", "NQ"), Set.of("ORIG", "PATH", "ORIG_OR_PATH")),
          "QUERY_PARAMS",
          List.of(Set.of("ORIG", "DECODED")));

  private static final Set<String> METADATA =
      Set.of(
          "DYNAMIC",
          "CLUSTER",
          "ROUTE",
          "UPSTREAM_HOST",
          "LISTENER",
          "VIRTUAL_HOST",
          "LISTENER_FILTER_CHAIN");
  private static final Set<String> PRECISIONS = Set.of("ms", "us", "ns");

  /** What a length, which Envoy reads as 64 bits, can be. */
  private static final BigInteger LONGEST = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);

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
    if (!length.isEmpty() && new BigInteger(length).compareTo(LONGEST) > 0) {
      return Optional.of("a length of at most " + LONGEST);
    }
    return HEADERS.contains(name) ? headers(name, parameter) : parameter(name, parameter);
  }

  private static Optional<String> headers(String name, String parameter) {
    List<String> names = Splitter.on('?').splitToList(parameter);
    if (names.size() > 2) {
      return Optional.of("%" + name + "(x?y)%, with one other header at most");
    }
    return names.stream().allMatch(n -> HEADER.matcher(n).matches())
        ? Optional.empty()
        : Optional.of("%" + name + "(x)%, with the name of a header");
  }

  private static Optional<String> parameter(String name, String parameter) {
    List<String> parts = Splitter.on(':').splitToList(parameter);
    return switch (name) {
      case "GRPC_STATUS" -> oneOf(FORMS, parameter);
      case "METADATA" ->
          METADATA.contains(parts.get(0))
              ? Optional.empty()
              : Optional.of("before the first colon " + list(METADATA));
      case "COMMON_DURATION" ->
          parts.size() == 2 || (parts.size() == 3 && PRECISIONS.contains(parts.get(2)))
              ? Optional.empty()
              : Optional.of("%COMMON_DURATION(FROM:TO:PRECISION)%, in ms, us or ns");
      case "FILTER_STATE", "UPSTREAM_FILTER_STATE" -> filterState(parts);
      default -> {
        List<Set<String>> known = PARTS.getOrDefault(name, List.of());
        yield IntStream.range(0, Math.min(known.size(), parts.size()))
            .mapToObj(i -> oneOf(known.get(i), parts.get(i)))
            .flatMap(Optional::stream)
            .findFirst();
      }
    };
  }

  private static Optional<String> filterState(List<String> parts) {
    String form = parts.size() < 2 ? "" : parts.get(1);
    boolean field = parts.size() > 2 && !parts.get(2).isEmpty();
    boolean right =
        form.equals("FIELD")
            ? field
            : parts.size() < 3 && Set.of("", "PLAIN", "TYPED").contains(form);
    return right ? Optional.empty() : Optional.of("PLAIN, TYPED, or FIELD:NAME after the key");
  }

  private static Optional<String> oneOf(Collection<String> known, String found) {
    return found.isEmpty() || known.contains(found) ? Optional.empty() : Optional.of(list(known));
  }

  private static String list(Collection<String> known) {
    return "one of " + String.join(", ", new TreeSet<>(known));
  }
}
