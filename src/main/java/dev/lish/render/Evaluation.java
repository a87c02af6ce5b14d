package dev.lish.render;

import io.pebbletemplates.pebble.error.PebbleException;
import io.pebbletemplates.pebble.extension.escaper.SafeString;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One evaluation of one template: where it is, what it may still spend, and which catalogs it has
 * read. The bounds are far above what a mesh needs and far below what would stop the process.
 */
final class Evaluation {
  /** Nodes evaluated: text, prints, loop rounds, conditions, calls. */
  static final int MAX_STEPS = 1_000_000;

  /** Characters and list entries made, kept or not. */
  static final long MAX_MADE = 32L << 20;

  /** Characters (of a string) or entries (of a list, all levels) in one variable. */
  static final int MAX_VALUE = 256 << 10;

  /** Tags inside tags, over all macros and includes. */
  static final int MAX_DEPTH = 150;

  private final String template;
  private final SortedSet<String> catalogs = new TreeSet<>();
  private int steps;
  private long made;
  private int depth;
  private String file;
  private int line;
  private int templateLine = 1;

  Evaluation(String template) {
    this.template = template;
    this.file = template;
  }

  /** Goes to a line of a file; the template's own line stays while an included file is there. */
  void at(String newFile, int newLine) {
    file = newFile;
    line = newLine;
    if (newFile.equals(template)) {
      templateLine = newLine;
    }
  }

  /** The file being evaluated: the template, or a file that it includes. */
  String file() {
    return file;
  }

  /** The line in {@link #file}. */
  int line() {
    return line;
  }

  /** The line of the template itself: the tag that includes, when an included file is evaluated. */
  int templateLine() {
    return templateLine;
  }

  /** The registries whose catalogs were read so far. */
  SortedSet<String> catalogs() {
    return catalogs;
  }

  /** Remembers that a catalog was read. */
  void reads(String registry) {
    catalogs.add(registry);
  }

  /** One more node is evaluated. */
  void step() {
    if (++steps > MAX_STEPS) {
      throw problem("more than " + MAX_STEPS + " steps: an endless or far too long loop");
    }
  }

  /** Goes into a tag inside a tag. */
  void enter() {
    if (++depth > MAX_DEPTH) {
      throw problem("nested more than " + MAX_DEPTH + " deep: a macro or an include calls itself");
    }
  }

  /** Comes back out of it. */
  void leave() {
    depth--;
  }

  /** So many characters or entries are about to be made. */
  void make(long count) {
    made += count;
    if (made > MAX_MADE) {
      throw problem("makes more than " + MAX_MADE + " characters of text");
    }
  }

  /** The text of a scalar; a list or a map has no text of its own. */
  String text(@Nullable Object value) {
    if (value == null) {
      return "";
    }
    if (value instanceof String
        || value instanceof Number
        || value instanceof Boolean
        || value instanceof Character
        || value instanceof SafeString) {
      return value.toString();
    }
    throw problem("a " + kind(value) + " is not text (expected: text, a number or a boolean)");
  }

  /** Checks the size of what is about to be bound to a name, and counts it. */
  <T extends @Nullable Object> T bound(T value) {
    int size = size(value, 0);
    make(size);
    return value;
  }

  private int size(@Nullable Object value, int before) {
    int size = before + 1;
    if (value instanceof CharSequence || value instanceof SafeString) {
      size += value.toString().length();
    } else if (value instanceof Collection<?> list) {
      for (Object entry : list) {
        size = size(entry, size);
      }
    } else if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        size = size(entry.getValue(), size(entry.getKey(), size));
      }
    }
    if (size > MAX_VALUE) {
      throw problem("a variable of more than " + MAX_VALUE + " characters or entries");
    }
    return size;
  }

  /** What a value is, in the words of a template's author. */
  static String kind(@Nullable Object value) {
    if (value instanceof List<?>) {
      return "list";
    }
    if (value instanceof Map<?, ?>) {
      return "map";
    }
    if (value instanceof Number) {
      return "number";
    }
    if (value instanceof Boolean) {
      return "boolean";
    }
    if (value == null) {
      return "null";
    }
    return value instanceof String || value instanceof SafeString ? "text" : "special object";
  }

  /** An exception that becomes a Problem at the present place. */
  PebbleException problem(String message) {
    return new PebbleException(null, message, line, file);
  }
}
