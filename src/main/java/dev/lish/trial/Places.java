package dev.lish.trial;

import dev.lish.serve.Blamed;
import dev.lish.source.MeshFolder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says of which lines of the mesh an Envoy's message about resources of one type tells. Pure. */
final class Places {
  /** More are no help. */
  private static final int MOST = 3;

  private static final Pattern QUOTED = Pattern.compile("['\"]([^'\"\\s]{2,})['\"]");

  /** No word of a sentence: with a digit, a dot or the like in it, such as an address. */
  private static final Pattern VALUE =
      Pattern.compile("\\b(?=\\S*[0-9_./-]\\S)[A-Za-z0-9_./-]{4,}[A-Za-z0-9]");

  private static final Pattern NAME =
      Pattern.compile("^\\s*-?\\s*(?:name|cluster_name):\\s*[\"']?([^\"'#\\s]+)");

  private final MeshFolder folder;
  private final Map<String, String> resources;

  /**
   * For the resources of one type.
   *
   * @param resources name to the file that it comes from
   */
  Places(MeshFolder folder, Map<String, String> resources) {
    this.folder = folder;
    this.resources = new TreeMap<>(resources);
  }

  /** Looks for a line in a part of a file. */
  @FunctionalInterface
  interface Finder {
    /**
     * The line, counted from 0.
     *
     * @param from the first line to look at
     * @param to the first that is behind
     */
    Optional<Integer> in(List<String> lines, int from, int to);
  }

  /**
   * The file and, where it can be told, the line: of the field that breaks a constraint, of what
   * the message quotes, of its end, of a value in it, else of the name of the resource. Where the
   * message names no resource, all files are looked through, and each that fits is told.
   *
   * @param known the file, where that is known already; else empty
   * @return empty: it cannot be told
   */
  String of(String message, String known) {
    String brief = Refusals.brief(message);
    Set<String> named = named(message, brief);
    Set<String> files = new LinkedHashSet<>();
    named.forEach(name -> files.add(resources.getOrDefault(name, "")));
    files.remove("");
    if (files.isEmpty() && !known.isEmpty()) {
      files.add(known);
    }
    if (!files.isEmpty()) {
      String first = files.iterator().next();
      return place(first, named, brief);
    }
    Set<String> all = new TreeSet<>(resources.values());
    all.remove("");
    return all.size() == 1 ? place(all.iterator().next(), named, brief) : among(all, brief);
  }

  /** The resources that the message is about, as far as it names them. */
  private Set<String> named(String message, String brief) {
    Optional<String> dumped = Refusals.dumped(message).filter(resources::containsKey);
    Set<String> named = new LinkedHashSet<>();
    dumped.ifPresent(named::add);
    if (named.isEmpty()) {
      named.addAll(Blamed.in(brief, resources.keySet()));
    }
    return named;
  }

  private String place(String path, Set<String> named, String message) {
    List<String> lines = lines(path);
    Predicate<String> isNamed =
        line -> {
          Matcher name = NAME.matcher(line);
          return name.find()
              && (named.contains(name.group(1))
                  || (named.isEmpty() && !Blamed.in(message, List.of(name.group(1))).isEmpty()));
        };
    Optional<Integer> name = first(isNamed).in(lines, 0, lines.size());
    int from = name.map(n -> documentStart(lines, n)).orElse(0);
    int to = name.map(n -> documentEnd(lines, n)).orElse(lines.size());
    for (Finder finder : finders(message)) {
      Optional<Integer> found = finder.in(lines, from, to);
      if (found.isPresent()) {
        return at(path, found.get());
      }
    }
    return name.map(line -> at(path, line)).orElse(path);
  }

  /** Those of the files in which something fits; empty: none, or too many. */
  private String among(Set<String> files, String message) {
    for (Finder finder : finders(message)) {
      List<String> found = new ArrayList<>();
      for (String path : files) {
        List<String> lines = lines(path);
        finder.in(lines, 0, lines.size()).ifPresent(line -> found.add(at(path, line)));
      }
      if (!found.isEmpty() && found.size() <= MOST) {
        return String.join(" or ", found);
      }
    }
    return "";
  }

  private static String at(String path, int line) {
    return path + ":" + (line + 1);
  }

  private List<String> lines(String path) {
    var content = folder.files().get(path);
    return content == null
        ? List.of()
        : content.toStringUtf8().lines().map(Places::withoutComment).toList();
  }

  private static List<Finder> finders(String message) {
    List<Finder> all = new ArrayList<>();
    List<FieldPath.Field> fields = FieldPath.in(message);
    if (!fields.isEmpty()) {
      all.add(new FieldPath(fields));
    }
    Matcher quoted = QUOTED.matcher(message);
    while (quoted.find()) {
      String text = quoted.group(1);
      // The name of a resource is in many places; what is wrong with it is quoted too, most often.
      all.add(first(line -> line.contains(text) && !NAME.matcher(line).find()));
    }
    String end = message.substring(message.lastIndexOf(": ") + 1).strip();
    if (end.length() >= 2) {
      all.add(first(line -> line.contains(end)));
    }
    Matcher value = VALUE.matcher(message);
    while (value.find()) {
      String text = value.group();
      all.add(first(line -> line.contains(text) && !NAME.matcher(line).find()));
    }
    return all;
  }

  private static Finder first(Predicate<String> wanted) {
    return (lines, from, to) -> {
      for (int i = from; i < to; i++) {
        if (wanted.test(lines.get(i))) {
          return Optional.of(i);
        }
      }
      return Optional.empty();
    };
  }

  private static int documentStart(List<String> lines, int line) {
    int start = line;
    while (start > 0 && !lines.get(start - 1).startsWith("---")) {
      start--;
    }
    return start;
  }

  private static int documentEnd(List<String> lines, int line) {
    int end = line + 1;
    while (end < lines.size() && !lines.get(end).startsWith("---")) {
      end++;
    }
    return end;
  }

  private static String withoutComment(String line) {
    return line.stripLeading().startsWith("#") ? "" : line;
  }

  /** {@code MaxRequestHeadersKb} is {@code max_request_headers_kb}. */
  static String snake(String camel) {
    return camel.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
  }
}
