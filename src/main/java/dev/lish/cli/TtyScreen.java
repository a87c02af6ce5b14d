package dev.lish.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The terminal that the process runs on. Java cannot read single keys, so stty sets it up. */
final class TtyScreen implements Screen {
  private static final File TTY = new File("/dev/tty");

  /**
   * No echo, and a read gives up after 2 s (termios(3): MIN 0, TIME 20). No suspension: a shell
   * does not set all this again when the command goes on.
   */
  private static final List<String> BY_KEYS =
      List.of("-icanon", "-echo", "min", "0", "time", "20", "susp", "undef");

  /**
   * The alternate screen without a cursor, where lines that are too long are cut, and back (xterm's
   * control sequences).
   */
  private static final String ENTER = "\033[?1049h\033[?25l\033[?7l\033[H\033[J";

  private static final String LEAVE = "\033[?7h\033[?25h\033[?1049l";

  /** ECMA-48: cursor to the first place; erase to the end of the line; below. */
  private static final String HOME = "\033[H";

  private static final String ERASE_LINE = "\033[K";
  private static final String ERASE_BELOW = "\033[J";
  private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final Size BY_DEFAULT = new Size(24, 80);

  private final PrintStream out;
  private final FileInputStream in;
  private final String before;
  private final Thread onExit = new Thread(this::restore, "lish-terminal");
  private boolean restored;

  private TtyScreen(PrintStream out, FileInputStream in, String before) {
    this.out = out;
    this.in = in;
    this.before = before;
  }

  /** Takes the terminal; empty where there is none, or no stty. */
  static Optional<Screen> open(PrintStream out) {
    String before = stty(List.of("-g"));
    if (!before.matches("[0-9a-fA-F:=a-z]+")) {
      return Optional.empty();
    }
    FileInputStream in;
    try {
      in = new FileInputStream(TTY);
    } catch (IOException e) {
      return Optional.empty();
    }
    TtyScreen screen = new TtyScreen(out, in, before);
    // Ctrl-C ends the process without coming back here.
    Runtime.getRuntime().addShutdownHook(screen.onExit);
    var unused = stty(BY_KEYS);
    out.print(ENTER);
    out.flush();
    return Optional.of(screen);
  }

  /** Runs stty on the terminal; what it printed, nothing when it failed. */
  private static String stty(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of("stty"));
    command.addAll(arguments);
    try {
      Process stty =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.from(TTY))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String text = new String(stty.getInputStream().readAllBytes(), UTF_8).strip();
      return stty.waitFor() == 0 ? text : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  @Override
  public Size size() {
    String size = stty(List.of("size"));
    if (!size.matches("[1-9]\\d{0,3} [1-9]\\d{0,3}")) {
      return BY_DEFAULT;
    }
    int blank = size.indexOf(' ');
    return new Size(
        Integer.parseInt(size.substring(0, blank)), Integer.parseInt(size.substring(blank + 1)));
  }

  @Override
  public synchronized void draw(List<String> lines) {
    if (restored) {
      return;
    }
    // No line break after the last line: in the last row it would move everything up.
    out.print(HOME + String.join(ERASE_LINE + "\r\n", lines) + ERASE_LINE + ERASE_BELOW);
    out.flush();
  }

  @Override
  public Optional<Character> key() {
    long start = System.nanoTime();
    try {
      int read = in.read();
      if (read >= 0) {
        return Optional.of((char) read);
      }
      // A terminal that is gone has nothing to wait for; we do, or we would ask without a pause.
      if (System.nanoTime() - start < SHORT_NANOS) {
        TimeUnit.SECONDS.sleep(1);
      }
      return Optional.empty();
    } catch (IOException e) {
      throw Failure.world("the terminal cannot be read: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of('q');
    }
  }

  private synchronized void restore() {
    if (!restored) {
      restored = true;
      out.print(LEAVE);
      out.flush();
      var unused = stty(List.of(before));
    }
  }

  @Override
  public void close() {
    restore();
    try {
      in.close();
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IOException | IllegalStateException e) {
      // The process ends already; the terminal is as it was.
      return;
    }
  }
}
