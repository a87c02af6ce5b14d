package dev.lish.render;

import java.io.Writer;
import java.util.Arrays;

/** What a template writes, and which of its lines each line of that came from. */
final class TemplateOutput extends Writer {
  private final Evaluation evaluation;
  private final StringBuilder text = new StringBuilder();
  private int[] templateLines = new int[64];
  private int lines;
  private boolean lineBegins = true;

  TemplateOutput(Evaluation evaluation) {
    this.evaluation = evaluation;
  }

  @Override
  public void write(char[] buffer, int offset, int length) {
    if (text.length() + length > Text.MAX_BYTES) {
      throw evaluation.problem("writes more than " + Text.MAX_BYTES + " characters");
    }
    for (int i = offset; i < offset + length; i++) {
      if (lineBegins) {
        begin();
      }
      text.append(buffer[i]);
      lineBegins = buffer[i] == '\n';
    }
  }

  private void begin() {
    if (lines == templateLines.length) {
      templateLines = Arrays.copyOf(templateLines, lines * 2);
    }
    templateLines[lines++] = evaluation.templateLine();
  }

  /** All of it, with the way back to the template's lines. */
  Text text(String path) {
    int[] back = Arrays.copyOf(templateLines, lines);
    return new Text(
        path, text.toString(), true, line -> line <= back.length ? back[line - 1] : lastOf(back));
  }

  /** An error at the end of the output has a line after its last. */
  private static int lastOf(int[] lines) {
    return lines.length == 0 ? 0 : lines[lines.length - 1];
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
