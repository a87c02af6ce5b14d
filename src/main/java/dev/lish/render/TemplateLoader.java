package dev.lish.render;

import dev.lish.model.Nearest;
import io.pebbletemplates.pebble.error.LoaderException;
import io.pebbletemplates.pebble.loader.Loader;
import java.io.Reader;
import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The files that the engine sees: the templates that are evaluated, by their path, and what they
 * may include, which is {@code templates/*.peb} of the same mesh folder and nothing else.
 */
final class TemplateLoader implements Loader<String> {
  static final String FOLDER = "templates/";

  private final Map<String, String> sources = new HashMap<>();
  private final SortedSet<String> shared = new TreeSet<>();
  private Optional<String> parsing = Optional.empty();

  /** Adds a file that templates may include. */
  void share(String path, String source) {
    sources.put(path, source);
    shared.add(path);
  }

  /** Adds a template that is evaluated next. */
  void add(String path, String source) {
    parsing = Optional.empty();
    sources.put(path, source);
  }

  /** The file that the engine began to parse and has not parsed to its end. */
  Optional<String> parsing() {
    return parsing;
  }

  /** The text of a file that was parsed to its end. */
  String parsed(String path) {
    parsing = Optional.empty();
    return source(path);
  }

  /** The text of a file that was added. */
  String source(String path) {
    return Optional.ofNullable(sources.get(path))
        .orElseThrow(() -> new LoaderException(null, "there is no file " + path));
  }

  @Override
  public Reader getReader(String path) {
    parsing = Optional.of(path);
    return new StringReader(source(path));
  }

  /** Every name in a template comes through here; only shared files go out. */
  @Override
  public String resolveRelativePath(String name, String anchor) {
    String path = name;
    if (name.startsWith("./") || name.startsWith("../")) {
      path = normalize(anchor.substring(0, anchor.lastIndexOf('/') + 1) + name);
    } else if (!name.startsWith(FOLDER)) {
      path = FOLDER + name;
    }
    if (!shared.contains(path)) {
      throw new LoaderException(
          null,
          "there is no file %s (expected: a file templates/*.peb%s)"
                  .formatted(
                      name, shared.isEmpty() ? "" : "; there are: " + String.join(", ", shared))
              + Nearest.question(path, shared));
    }
    return path;
  }

  private static String normalize(String path) {
    Deque<String> parts = new ArrayDeque<>();
    for (String part : path.split("/", -1)) {
      if (part.equals("..")) {
        parts.pollLast();
      } else if (!part.equals(".")) {
        parts.addLast(part);
      }
    }
    return String.join("/", parts);
  }

  @Override
  public String createCacheKey(String path) {
    return path;
  }

  @Override
  public boolean resourceExists(String path) {
    return shared.contains(path);
  }

  @Override
  public void setCharset(String charset) {}

  @Override
  public void setPrefix(String prefix) {}

  @Override
  public void setSuffix(String suffix) {}
}
