package dev.lish.trial;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The way to a field that breaks a constraint, from the outermost message that has constraints to
 * the innermost; messages in between may be missing.
 */
record FieldPath(List<FieldPath.Field> fields) implements Places.Finder {
  /** Of {@code FooValidationError.BarBaz[2]: value must be …}, which may stand within another's. */
  private static final Pattern FIELD =
      Pattern.compile("ValidationError\\.([A-Z][A-Za-z0-9]*)(?:\\[(\\d+)\\])?");

  FieldPath {
    fields = List.copyOf(fields);
  }

  /**
   * A field.
   *
   * @param key how it stands in YAML
   * @param item which one of a list; -1: it is none
   */
  record Field(Pattern key, int item) {}

  /** Lines of a block of YAML, and the column from which on its text is to be looked at. */
  private record Block(int from, int to, int column) {}

  /** The fields that a message of Envoy names; mostly none. */
  static List<Field> in(String message) {
    List<Field> fields = new ArrayList<>();
    Matcher matcher = FIELD.matcher(message);
    while (matcher.find()) {
      String camel = matcher.group(1);
      String other = camel.substring(0, 1).toLowerCase(java.util.Locale.ROOT) + camel.substring(1);
      Pattern key = Pattern.compile("\\b(?:" + Places.snake(camel) + "|" + other + ")[\"']?\\s*:");
      String item = matcher.group(2);
      fields.add(new Field(key, item == null ? -1 : Integer.parseInt(item)));
    }
    return fields;
  }

  /** Of a field that is not written, which is what may be wrong with it, the one around it. */
  @Override
  public Optional<Integer> in(List<String> lines, int from, int to) {
    Optional<Integer> found = Optional.empty();
    Block block = new Block(from, to, 0);
    for (Field field : fields) {
      for (int i = block.from(); i < block.to(); i++) {
        Matcher key = field.key().matcher(lines.get(i));
        int start = i == block.from() ? Math.min(block.column(), lines.get(i).length()) : 0;
        if (key.find(start)) {
          block = within(lines, i, key, block.to());
          block = item(lines, block, field.item());
          found = Optional.of(field.item() > 0 || block.from() > i ? block.from() : i);
          break;
        }
      }
    }
    return found;
  }

  /** What belongs to a key: the rest of its line, and the lines that are further in. */
  private static Block within(List<String> lines, int line, Matcher key, int to) {
    int column = key.start();
    int end = line + 1;
    while (end < to && (lines.get(end).isBlank() || isWithin(lines.get(end), column))) {
      end++;
    }
    return new Block(line, end, key.end());
  }

  private static boolean isWithin(String line, int column) {
    int indent = indent(line);
    return indent > column || (indent == column && line.startsWith("-", indent));
  }

  /** One entry of a list that is written line by line; else all of it. */
  private static Block item(List<String> lines, Block list, int item) {
    if (item < 0) {
      return list;
    }
    int indent = -1;
    int start = -1;
    int count = -1;
    for (int i = list.from() + 1; i < list.to(); i++) {
      String line = lines.get(i);
      int own = indent(line);
      if (!line.startsWith("-", own) || (indent >= 0 && own != indent)) {
        continue;
      }
      indent = own;
      count++;
      if (count == item) {
        start = i;
      } else if (count == item + 1) {
        return new Block(start, i, 0);
      }
    }
    return start < 0 ? list : new Block(start, list.to(), 0);
  }

  private static int indent(String line) {
    return line.length() - line.stripLeading().length();
  }
}
