package dev.lish.render;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.lish.model.ProblemKind;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The text of a mesh file, or what its template produced.
 *
 * @param path the mesh file
 * @param content what is parsed; its lines end in {@code \n} or {@code \r\n}
 * @param produced true: a template produced it, so Problems show an excerpt of it and a line of the
 *     template
 * @param templateLine from a line of the content to a line of the file, 0 where unknown; the
 *     identity for a plain file
 */
record Text(String path, String content, boolean produced, IntUnaryOperator templateLine) {
  /** The most bytes that a mesh file, or what a template produces, may have. */
  static final int MAX_BYTES = 4 << 20;

  private static final int CONTEXT = 2;
  private static final int MAX_WIDTH = 120;

  /** A text whose template lines are not known. */
  Text(String path, String content, boolean produced) {
    this(path, content, produced, produced ? line -> 0 : line -> line);
  }

  /** The text of a plain file; a Problem when it is too long or not UTF-8. */
  static Optional<Text> decode(String path, ByteString bytes, ProblemSink sink) {
    if (bytes.size() > MAX_BYTES) {
      sink.report(
          ProblemKind.UNREADABLE_FILE,
          path,
          0,
          "found " + bytes.size() + " bytes (expected: at most " + MAX_BYTES + ")");
      return Optional.empty();
    }
    ByteBuffer in = bytes.asReadOnlyByteBuffer();
    CharBuffer out = CharBuffer.allocate(bytes.size());
    var decoder = UTF_8.newDecoder();
    var result = decoder.decode(in, out, true);
    if (result.isError()) {
      int line = 1;
      for (int i = 0; i < in.position(); i++) {
        line += bytes.byteAt(i) == '\n' ? 1 : 0;
      }
      String found = "found byte 0x%02X".formatted(bytes.byteAt(in.position()) & 0xFF);
      sink.report(
          ProblemKind.UNREADABLE_FILE,
          path,
          line,
          found + ", which is not UTF-8 (expected: text in UTF-8)");
      return Optional.empty();
    }
    String content = out.flip().toString();
    // Windows editors put a byte order mark first.
    return Optional.of(
        new Text(path, content.startsWith("\uFEFF") ? content.substring(1) : content, false));
  }

  /** Reports a Problem at a line of the content. */
  void report(ProblemSink sink, ProblemKind kind, int line, String message) {
    sink.report(kind, path, fileLine(line), message + excerpt(line));
  }

  /** Reports a Problem at a node. */
  void report(ProblemSink sink, ProblemKind kind, Node node, String message) {
    report(sink, kind, YamlText.line(node), message);
  }

  /** A line of the content as the operator may look for it. */
  Origin.Place place(int line) {
    return new Origin.Place(path, fileLine(line), produced ? line : 0, excerpt(line));
  }

  /** True when the file may hold private keys, which no message may show. */
  boolean secret() {
    return path.startsWith("secrets/") || path.contains("/secrets/");
  }

  /** How a message names another line of this text. */
  String lineName(int line) {
    return (produced ? "output line " : "line ") + line;
  }

  /** The line of the file, 0 where unknown. */
  int fileLine(int line) {
    return line > 0 ? templateLine.applyAsInt(line) : 0;
  }

  private String excerpt(int line) {
    if (!produced || line <= 0) {
      return "";
    }
    StringBuilder out = new StringBuilder("\n  in what the template produced:");
    List<String> lines = window(Math.max(1, line - CONTEXT), line + CONTEXT);
    int number = Math.max(1, line - CONTEXT);
    for (String each : lines) {
      String shown = (secret() ? withoutValue(each) : each).replace("\t", "\\t");
      if (shown.length() > MAX_WIDTH) {
        shown = shown.substring(0, MAX_WIDTH) + "…";
      }
      out.append("\n  %s %5d | %s".formatted(number == line ? ">" : " ", number, shown));
      number++;
    }
    return out.toString();
  }

  private List<String> window(int first, int last) {
    List<String> lines = new ArrayList<>();
    int start = 0;
    for (int number = 1; number <= last && start <= content.length(); number++) {
      int end = content.indexOf('\n', start);
      end = end < 0 ? content.length() : end;
      if (number >= first) {
        lines.add(content.substring(start, end).stripTrailing());
      }
      start = end + 1;
    }
    return lines;
  }

  private static String withoutValue(String line) {
    int colon = line.indexOf(": ");
    if (colon >= 0) {
      return line.substring(0, colon + 2) + "[redacted]";
    }
    return line.endsWith(":") || line.isBlank() ? line : "[redacted]";
  }
}
