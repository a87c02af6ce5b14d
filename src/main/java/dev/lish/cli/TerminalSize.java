package dev.lish.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Finds out whether people read the output, and how wide their window is. */
final class TerminalSize {
  private static final int BY_DEFAULT = 80;
  private static final int LEAST = 40;

  private TerminalSize() {}

  /** Plain unless input and output are a terminal. */
  @SuppressWarnings("SystemConsoleNull") // JDK 17 has null; isTerminal() tells on the newer ones.
  static Terminal.Style detect(Map<String, String> environment) {
    Console console = System.console();
    if (console == null || !isTerminal(console)) {
      return Terminal.Style.PLAIN;
    }
    // https://no-color.org
    boolean colour =
        environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !environment.getOrDefault("TERM", "dumb").equals("dumb");
    return new Terminal.Style(colour, Optional.of(width(environment)));
  }

  /** From JDK 22 on there is a console without a terminal too; the method is there to tell. */
  private static boolean isTerminal(Console console) {
    try {
      return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  private static int width(Map<String, String> environment) {
    String columns = environment.getOrDefault("COLUMNS", "");
    String found = columns.matches("\\d{1,4}") ? columns : askTerminal();
    return found.isEmpty() ? BY_DEFAULT : Math.max(LEAST, Integer.parseInt(found));
  }

  private static String askTerminal() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/tty")))
              .redirectErrorStream(true)
              .start();
      if (!stty.waitFor(1, TimeUnit.SECONDS)) {
        stty.destroyForcibly();
        return "";
      }
      String size = new String(stty.getInputStream().readAllBytes(), UTF_8).strip();
      return size.matches("\\d{1,4} [1-9]\\d{0,3}") ? size.substring(size.indexOf(' ') + 1) : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
