package dev.lish.trial;

import dev.lish.model.Nearest;
import dev.lish.source.files.YamlFile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A map of a test file; a key that is not known is a Problem. */
final class Fields {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,7})(ms|s|m)");

  private final YamlFile file;
  private final String what;
  private final int line;
  private final Map<String, Node> entries;

  Fields(YamlFile file, Node node, String what, List<String> keys) {
    this.file = file;
    this.what = what;
    this.line = YamlFile.line(node);
    this.entries = file.map(node, what);
    entries.forEach(
        (key, value) -> {
          if (!keys.contains(key)) {
            file.problem(
                YamlFile.line(value),
                "%s: unknown key %s%s (known here: %s)"
                    .formatted(what, key, Nearest.question(key, keys), String.join(", ", keys)));
          }
        });
  }

  int line() {
    return line;
  }

  boolean has(String key) {
    return entries.containsKey(key);
  }

  Optional<Node> get(String key) {
    return Optional.ofNullable(entries.get(key));
  }

  void wrong(String key, String message) {
    file.problem(get(key).map(YamlFile::line).orElse(line), what + ": " + key + ": " + message);
  }

  Optional<String> text(String key) {
    return get(key).flatMap(node -> file.text(node, what + ": " + key));
  }

  OptionalInt number(String key, int least, int most) {
    Optional<Integer> number =
        get(key).flatMap(node -> file.number(node, what + ": " + key, least, most));
    return number.isPresent() ? OptionalInt.of(number.get()) : OptionalInt.empty();
  }

  boolean flag(String key) {
    Optional<String> text = text(key);
    if (text.isPresent() && !List.of("true", "false").contains(text.get())) {
      wrong(key, text.get() + " (expected: true or false)");
    }
    return text.equals(Optional.of("true"));
  }

  /** {@code http1} or {@code http2}; without it, the former. */
  boolean isHttp2(String key) {
    Optional<String> text = text(key);
    if (text.isPresent() && !List.of("http1", "http2").contains(text.get())) {
      wrong(key, text.get() + " (expected: http1 or http2)");
    }
    return text.equals(Optional.of("http2"));
  }

  /** {@code 250ms}, {@code 3s} or {@code 1m}. */
  Optional<Duration> duration(String key) {
    return text(key)
        .flatMap(
            text -> {
              Matcher matcher = DURATION.matcher(text);
              if (!matcher.matches()) {
                wrong(key, text + " (expected: a duration such as 250ms, 3s or 1m)");
                return Optional.empty();
              }
              long number = Long.parseLong(matcher.group(1));
              return Optional.of(
                  switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(number);
                    case "s" -> Duration.ofSeconds(number);
                    default -> Duration.ofMinutes(number);
                  });
            });
  }

  /** Text to text; names of headers as they are written. */
  SortedMap<String, String> texts(String key) {
    TreeMap<String, String> texts = new TreeMap<>();
    get(key)
        .ifPresent(
            node ->
                file.map(node, what + ": " + key)
                    .forEach(
                        (name, value) ->
                            scalar(value, what + ": " + key + ": " + name)
                                .ifPresent(text -> texts.put(name, text))));
    return texts;
  }

  /** Text that may be empty. */
  private Optional<String> scalar(Node node, String name) {
    if (node instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)) {
      return Optional.of(scalar.getValue());
    }
    file.problem(YamlFile.line(node), name + ": " + YamlFile.found(node) + " (expected: text)");
    return Optional.empty();
  }

  /** A list of texts, or one text. */
  List<String> all(String key) {
    return get(key).map(node -> file.texts(node, what + ": " + key)).orElse(List.of());
  }

  /** Text, or {@code { contains: … }}, {@code { matches: … }} or {@code { absent: true }}. */
  Optional<TextMatch> match(String key) {
    return get(key).flatMap(node -> match(node, what + ": " + key));
  }

  /** Name in lower case to what its text should be. */
  SortedMap<String, TextMatch> matches(String key) {
    TreeMap<String, TextMatch> all = new TreeMap<>();
    get(key)
        .ifPresent(
            node ->
                file.map(node, what + ": " + key)
                    .forEach(
                        (name, value) ->
                            match(value, what + ": " + key + ": " + name)
                                .ifPresent(
                                    m -> all.put(name.toLowerCase(java.util.Locale.ROOT), m))));
    return all;
  }

  private Optional<TextMatch> match(Node node, String name) {
    if (!(node instanceof MappingNode)) {
      return scalar(node, name).map(TextMatch.Equal::new);
    }
    Fields fields = new Fields(file, node, name, List.of("contains", "matches", "absent"));
    if (fields.entries.size() != 1) {
      file.problem(
          YamlFile.line(node),
          name
              + ": a map of "
              + fields.entries.size()
              + " keys (expected: contains, matches or absent)");
      return Optional.empty();
    }
    if (fields.has("absent")) {
      if (!fields.flag("absent")) {
        fields.wrong("absent", "not true (expected: true, or none of it)");
      }
      return Optional.of(new TextMatch.Absent());
    }
    return fields
        .text("contains")
        .<TextMatch>map(TextMatch.Contains::new)
        .or(() -> fields.text("matches").flatMap(fields::expression));
  }

  private Optional<TextMatch> expression(String text) {
    try {
      return Optional.of(new TextMatch.Matches(Pattern.compile(text)));
    } catch (java.util.regex.PatternSyntaxException e) {
      wrong("matches", text + ": " + e.getDescription() + " (expected: a regular expression)");
      return Optional.empty();
    }
  }
}
