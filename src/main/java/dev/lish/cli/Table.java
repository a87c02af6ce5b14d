package dev.lish.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Lines of cells, aligned; on a terminal the widest columns are cut until the lines fit. */
final class Table {
  private static final String GAP = "  ";
  private static final int LEAST = 6;

  private final List<String> header;
  private final List<Row> rows = new ArrayList<>();

  private record Row(List<String> cells, UnaryOperator<String> colour) {}

  Table(String... header) {
    this.header = List.of(header);
  }

  /** A row in the terminal's own colour. */
  void add(String... cells) {
    add(UnaryOperator.identity(), cells);
  }

  /** A row whose whole line is coloured. */
  void add(UnaryOperator<String> colour, String... cells) {
    if (cells.length != header.size()) {
      throw new IllegalArgumentException(
          cells.length + " cells (expected: " + header.size() + ", as the header has)");
    }
    List<String> clean = new ArrayList<>();
    for (String cell : cells) {
      clean.add(Terminal.clean(cell).replace('\n', ' '));
    }
    rows.add(new Row(List.copyOf(clean), colour));
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  void print(Terminal terminal) {
    lines(terminal).forEach(terminal::print);
  }

  /** The lines, as this terminal shows them. */
  List<String> lines(Terminal terminal) {
    int[] widths = widths(terminal.style().width());
    List<String> lines = new ArrayList<>();
    lines.add(terminal.bold(line(header, widths)));
    for (Row row : rows) {
      lines.add(row.colour.apply(line(row.cells, widths)));
    }
    return lines;
  }

  private int[] widths(Optional<Integer> most) {
    int[] widths = new int[header.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = length(header.get(i));
      for (Row row : rows) {
        widths[i] = Math.max(widths[i], length(row.cells.get(i)));
      }
    }
    most.ifPresent(m -> shrink(widths, m));
    return widths;
  }

  private static void shrink(int[] widths, int most) {
    int sum = GAP.length() * (widths.length - 1);
    for (int width : widths) {
      sum += width;
    }
    for (; sum > most; sum--) {
      int widest = 0;
      for (int i = 1; i < widths.length; i++) {
        widest = widths[i] > widths[widest] ? i : widest;
      }
      if (widths[widest] <= LEAST) {
        return;
      }
      widths[widest]--;
    }
  }

  private static String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = cut(cells.get(i), widths[i]);
      line.append(cell).append(" ".repeat(widths[i] - length(cell))).append(GAP);
    }
    return line.toString().stripTrailing();
  }

  private static String cut(String cell, int width) {
    return length(cell) <= width
        ? cell
        : cell.substring(0, cell.offsetByCodePoints(0, width - 1)) + "…";
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
