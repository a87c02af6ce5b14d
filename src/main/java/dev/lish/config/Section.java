package dev.lish.config;

import dev.lish.model.Nearest;
import dev.lish.model.Problem;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A mapping in {@code lish.yaml}. Keys are known by being asked for: {@link #done} tells of every
 * other. A value that is wrong is told, and the default stands in for it, so that one reading finds
 * every mistake.
 */
final class Section {
  private final Report report;
  private final String prefix;
  private final int line;
  private final boolean present;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Map<String, Integer> keyLines = new LinkedHashMap<>();
  private final List<String> asked = new ArrayList<>();

  /** Where the mistakes go, and which keys were asked for with which default. */
  record Report(String path, List<Problem> problems, Map<String, String> keys) {
    void wrong(int line, String message) {
      problems.add(Problem.error(path, line, message));
    }
  }

  /**
   * A section.
   *
   * @param prefix the dotted key that leads here, with a dot at its end; empty at the top
   * @param node empty: the section is absent, and everything in it has its default
   */
  Section(Report report, String prefix, Optional<Node> node) {
    this.report = report;
    this.prefix = prefix;
    this.line = node.map(Section::line).orElse(0);
    this.present = node.isPresent();
    node.ifPresent(this::take);
  }

  private void take(Node node) {
    if (!(node instanceof MappingNode mapping)) {
      report.wrong(line, name() + found(node) + " (expected: a mapping of keys to values)");
      return;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      int at = line(tuple.getKeyNode());
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        report.wrong(at, name() + "a key that is no text (expected: a word)");
      } else if (values.put(key.getValue(), tuple.getValueNode()) != null) {
        report.wrong(at, prefix + key.getValue() + ": given twice (expected: once)");
      } else {
        keyLines.put(key.getValue(), at);
      }
    }
  }

  private String name() {
    return prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1) + ": ";
  }

  /** True when the file has this section. */
  boolean isPresent() {
    return present;
  }

  /** Tells of each of these keys, paths of PEM files, that is missing. */
  void require(String... pemFiles) {
    for (String key : pemFiles) {
      if (!has(key)) {
        wrong(key, "missing (expected: a file, PEM)");
      }
    }
  }

  /** The line of the key, or of the section when it does not have the key. */
  int lineOf(String key) {
    return keyLines.getOrDefault(key, line);
  }

  /** Tells of a mistake at the key's place; without the key in it, at the section's. */
  void wrong(String key, String message) {
    report.wrong(lineOf(key), prefix + key + ": " + message);
  }

  /** True when the file has a value for the key. */
  boolean has(String key) {
    Node node = values.get(key);
    return node != null && !isNull(node);
  }

  Optional<String> text(String key) {
    return scalar(
        key, "", Tag.STR, "text, not empty", v -> Optional.of(v).filter(t -> !t.isEmpty()));
  }

  boolean flag(String key, boolean byDefault) {
    return scalar(
            key,
            Boolean.toString(byDefault),
            Tag.BOOL,
            "true or false",
            v -> Optional.of(Boolean.valueOf(v)))
        .orElse(byDefault);
  }

  int whole(String key, int byDefault, int least, int most) {
    return scalar(
            key,
            Integer.toString(byDefault),
            Tag.INT,
            "a whole number, " + least + ".." + most,
            v -> wholeIn(v, least, most))
        .orElse(byDefault);
  }

  private static Optional<Integer> wholeIn(String text, int least, int most) {
    try {
      int number = Integer.parseInt(text);
      return number < least || number > most ? Optional.empty() : Optional.of(number);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Within these bounds. */
  Duration duration(String key, String byDefault, Duration least, Duration most) {
    String expected = "a duration such as 30s or 10m, " + seconds(least) + ".." + seconds(most);
    Optional<Duration> value =
        scalar(
            key,
            byDefault,
            Tag.STR,
            expected,
            v -> Units.duration(v).filter(d -> d.compareTo(least) >= 0 && d.compareTo(most) <= 0));
    return value.or(() -> Units.duration(byDefault)).orElseThrow();
  }

  private static String seconds(Duration duration) {
    return duration.toMillis() < 1000 ? duration.toMillis() + "ms" : duration.toSeconds() + "s";
  }

  /** In bytes. */
  long size(String key, String byDefault, long most) {
    Optional<Long> value =
        scalar(
            key,
            byDefault,
            Tag.STR,
            "a size such as 64KiB or 4MiB, up to " + (most >> 20) + "MiB",
            v -> Units.size(v).filter(s -> s > 0 && s <= most));
    return value.or(() -> Units.size(byDefault)).orElseThrow();
  }

  Optional<Path> path(String key) {
    return scalar(key, "", Tag.STR, "the path of a file or folder", Section::toPath);
  }

  Path path(String key, String byDefault) {
    return scalar(key, byDefault, Tag.STR, "the path of a file or folder", Section::toPath)
        .orElse(Path.of(byDefault));
  }

  static Optional<Path> toPath(String text) {
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** A value of the caller's own kind. */
  <T> Optional<T> parsed(
      String key, String byDefault, String expected, Function<String, Optional<T>> parse) {
    return scalar(key, byDefault, Tag.STR, expected, parse);
  }

  /** {@code key}, {@code key_file} or {@code key_env}: at most one of them. */
  Optional<Secret> secret(String key) {
    Optional<Secret> text = text(key).map(Secret::of);
    Optional<Secret> outside = secretOutside(key);
    if (text.isPresent() && outside.isPresent()) {
      wrong(key, "given together with a file or an environment variable (expected: one of them)");
    }
    return text.or(() -> outside);
  }

  /** {@code key_file} or {@code key_env}: at most one of them. */
  Optional<Secret> secretOutside(String key) {
    Optional<Secret> file = path(key + "_file").map(Secret::inFile);
    Optional<Secret> environment = text(key + "_env").map(Secret::inEnvironment);
    if (file.isPresent() && environment.isPresent()) {
      wrong(key + "_env", "given together with " + key + "_file (expected: one of them)");
    }
    return file.or(() -> environment);
  }

  /** The texts of a list, parsed; those that are wrong are told and left out. */
  <T> List<T> list(String key, String expected, Function<String, Optional<T>> parse) {
    List<T> all = new ArrayList<>();
    for (Node node : sequence(key, "a list of texts, each " + expected)) {
      Optional<T> value =
          node instanceof ScalarNode s && s.getTag().equals(Tag.STR)
              ? parse.apply(s.getValue())
              : Optional.empty();
      value.ifPresentOrElse(
          all::add,
          () ->
              report.wrong(
                  line(node), prefix + key + ": " + found(node) + " (expected: " + expected + ")"));
    }
    return all;
  }

  /** A mapping; when it is absent, a section in which everything has its default. */
  Section section(String key) {
    ask(key, "");
    return new Section(
        report, prefix + key + ".", Optional.ofNullable(values.get(key)).filter(n -> !isNull(n)));
  }

  /** The mappings of a list. */
  List<Section> sections(String key) {
    List<Section> all = new ArrayList<>();
    for (Node node : sequence(key, "a list of mappings")) {
      all.add(new Section(report, prefix + key + "[].", Optional.of(node)));
    }
    return all;
  }

  private List<Node> sequence(String key, String expected) {
    ask(key, "");
    Node node = values.get(key);
    if (node == null || isNull(node)) {
      return List.of();
    }
    if (node instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    report.wrong(line(node), prefix + key + ": " + found(node) + " (expected: " + expected + ")");
    return List.of();
  }

  private <T> Optional<T> scalar(
      String key, String byDefault, Tag tag, String expected, Function<String, Optional<T>> parse) {
    ask(key, byDefault);
    Node node = values.get(key);
    if (node == null || isNull(node)) {
      return Optional.empty();
    }
    Optional<T> value =
        node instanceof ScalarNode s && s.getTag().equals(tag)
            ? parse.apply(s.getValue())
            : Optional.empty();
    if (value.isEmpty()) {
      report.wrong(line(node), prefix + key + ": " + found(node) + " (expected: " + expected + ")");
    }
    return value;
  }

  private void ask(String key, String byDefault) {
    asked.add(key);
    report.keys.put(prefix + key, byDefault);
  }

  /** Tells of every key that nobody asked for. */
  void done() {
    for (String key : values.keySet()) {
      if (!asked.contains(key)) {
        String guess = Nearest.of(key, asked).map(n -> "did you mean " + n + "? ").orElse("");
        String known = asked.stream().sorted().collect(Collectors.joining(", "));
        wrong(key, "unknown key (" + guess + "known here: " + known + ")");
      }
    }
  }

  private static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  private static int line(Node node) {
    return node.getStartMark().map(m -> m.getLine() + 1).orElse(0);
  }

  private static String found(Node node) {
    if (!(node instanceof ScalarNode scalar)) {
      return node instanceof MappingNode ? "a mapping" : "a list";
    }
    String value = scalar.getValue();
    return value.length() > 60 ? value.substring(0, 60) + "…" : value;
  }
}
