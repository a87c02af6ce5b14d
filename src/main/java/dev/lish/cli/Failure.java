package dev.lish.cli;

/** Ends a command with a message and an exit code. */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private Failure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** The input has Problems, a check failed, or an order was refused. */
  static Failure input(String message) {
    return new Failure(Exit.INPUT, message);
  }

  /** The command was called wrongly. */
  static Failure usage(String message) {
    return new Failure(Exit.USAGE, message);
  }

  /** No connection, no such file. */
  static Failure world(String message) {
    return new Failure(Exit.WORLD, message);
  }

  int exitCode() {
    return exitCode;
  }
}
