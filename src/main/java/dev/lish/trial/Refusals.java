package dev.lish.trial;

import com.google.protobuf.ByteString;
import dev.lish.model.ResourceType;
import dev.lish.model.Version;
import dev.lish.serve.NodeView;
import dev.lish.source.MeshFolder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says which lines of the mesh an Envoy refuses. Pure. */
final class Refusals {
  private static final Pattern QUOTED = Pattern.compile("['\"]([^'\"\\s]{2,})['\"]");

  private static final Pattern NAME =
      Pattern.compile("^\\s*-?\\s*(?:name|cluster_name):\\s*[\"']?([^\"'#\\s]+)");

  /** Of {@code FooValidationError.BarBaz: value must be …}, which may stand within another's. */
  private static final Pattern FIELD = Pattern.compile("ValidationError\\.([A-Z][A-Za-z0-9]*)");

  /** How the first line goes on into the resource, as old and new Envoys print it. */
  private static final String DUMP = "(?<=: )(goo\\.gle/debug\\w*.*|\\w+: \\S.*|\\w+ \\{.*)$";

  private static final String CONSTRAINT = "Proto constraint validation failed";

  private final MeshFolder folder;

  Refusals(MeshFolder folder) {
    this.folder = folder;
  }

  /**
   * A refusal.
   *
   * @param version of what is refused
   */
  record Refusal(ResourceType type, Version version, String message, String path) {}

  /** What an Envoy refuses now; one that has yet to answer may accept. */
  static Set<Refusal> of(NodeView node) {
    Set<Refusal> refused = new LinkedHashSet<>();
    node.types()
        .forEach(
            (type, view) ->
                view.nacked()
                    .filter(version -> !view.waits())
                    .ifPresent(
                        version ->
                            refused.add(new Refusal(type, version, view.message(), view.file()))));
    return refused;
  }

  /** {@code path:line: ENVOY refuses the …}. */
  String sentence(String envoy, Refusal refusal) {
    String message = brief(refusal.message());
    String place = refusal.path().isEmpty() ? "" : place(refusal.path(), message) + ": ";
    return "%s%s refuses the %s: %s".formatted(place, envoy, refusal.type().label(), message);
  }

  /** Without the whole resource, which Envoy prints before it says what is wrong with it. */
  static String brief(String message) {
    String text = message.strip();
    int wrong = text.lastIndexOf(CONSTRAINT);
    int dump = text.indexOf('\n');
    if (wrong < 0 || dump < 0 || dump > wrong) {
      return text;
    }
    String head = text.substring(0, dump).replaceFirst(DUMP, "");
    return head.strip() + " " + text.substring(wrong);
  }

  /**
   * The file and, where it can be told, the line: of the field that breaks a constraint, of what
   * the message quotes, of its end, else of the name of a resource that it mentions.
   */
  String place(String path, String message) {
    ByteString content = folder.files().get(path);
    if (content == null) {
      return path;
    }
    List<String> lines = content.toStringUtf8().lines().map(Refusals::withoutComment).toList();
    Optional<Integer> name = lineWith(lines, 0, lines.size(), line -> isNamed(line, message));
    int from = name.map(n -> documentStart(lines, n)).orElse(0);
    int to = name.map(n -> documentEnd(lines, n)).orElse(lines.size());
    for (Predicate<String> wanted : candidates(message)) {
      Optional<Integer> found = lineWith(lines, from, to, wanted);
      if (found.isPresent()) {
        return path + ":" + found.get();
      }
    }
    return name.map(n -> path + ":" + n).orElse(path);
  }

  private static List<Predicate<String>> candidates(String message) {
    List<Predicate<String>> all = new ArrayList<>();
    Matcher field = FIELD.matcher(message);
    while (field.find()) {
      Pattern key = Pattern.compile("\\b" + snake(field.group(1)) + "\\s*:");
      // The innermost, which is the last, is the one that is wrong.
      all.add(0, line -> key.matcher(line).find());
    }
    Matcher quoted = QUOTED.matcher(message);
    while (quoted.find()) {
      String text = quoted.group(1);
      // The name of a resource is in many places; what is wrong with it is quoted too, most often.
      all.add(line -> line.contains(text) && !NAME.matcher(line).find());
    }
    String end = message.substring(message.lastIndexOf(": ") + 1).strip();
    if (end.length() >= 2) {
      all.add(line -> line.contains(end));
    }
    return all;
  }

  /** {@code MaxRequestHeadersKb} is {@code max_request_headers_kb}. */
  private static String snake(String camel) {
    return camel.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
  }

  private static boolean isNamed(String line, String message) {
    Matcher name = NAME.matcher(line);
    return name.find()
        && Pattern.compile("(?<![\\w.-])" + Pattern.quote(name.group(1)) + "(?![\\w-])")
            .matcher(message)
            .find();
  }

  private static int documentStart(List<String> lines, int line) {
    int start = line - 1;
    while (start > 0 && !lines.get(start - 1).startsWith("---")) {
      start--;
    }
    return start;
  }

  private static int documentEnd(List<String> lines, int line) {
    int end = line;
    while (end < lines.size() && !lines.get(end).startsWith("---")) {
      end++;
    }
    return end;
  }

  private static String withoutComment(String line) {
    return line.stripLeading().startsWith("#") ? "" : line;
  }

  /** Counted from 1. */
  private static Optional<Integer> lineWith(
      List<String> lines, int from, int to, Predicate<String> wanted) {
    for (int i = from; i < to; i++) {
      if (wanted.test(lines.get(i))) {
        return Optional.of(i + 1);
      }
    }
    return Optional.empty();
  }
}
