package dev.lish.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a secret comes from: the text itself, a file, or an environment variable. It never prints
 * what it holds, and is read when it is used, so that a changed file counts.
 */
public final class Secret {
  /** A token is a line; a longer file is a mistake (somebody named a log, or a disk). */
  private static final long MAX_BYTES = 64 * 1024;

  private final Kind kind;
  private final String value;

  private enum Kind {
    TEXT,
    FILE,
    ENVIRONMENT
  }

  private Secret(Kind kind, String value) {
    this.kind = kind;
    this.value = value;
  }

  /** The secret itself. */
  public static Secret of(String text) {
    return new Secret(Kind.TEXT, text);
  }

  /** The content of the file, without white space around it. */
  public static Secret inFile(Path file) {
    return new Secret(Kind.FILE, file.toString());
  }

  /** The value of the environment variable. */
  public static Secret inEnvironment(String name) {
    return new Secret(Kind.ENVIRONMENT, name);
  }

  /**
   * The secret as it is now.
   *
   * @throws IOException when the file cannot be read, the variable is not set, or it is empty
   */
  public String read() throws IOException {
    return switch (kind) {
      case TEXT -> value;
      case FILE -> notEmpty("file " + value, readFile(Path.of(value)));
      case ENVIRONMENT -> {
        String found = System.getenv(value);
        yield notEmpty("environment variable " + value, found == null ? "" : found.strip());
      }
    };
  }

  private static String readFile(Path file) throws IOException {
    long size = Files.size(file);
    if (size > MAX_BYTES) {
      throw new IOException(
          "file " + file + ": " + size + " bytes (expected: a secret of up to " + MAX_BYTES + ")");
    }
    return Files.readString(file, UTF_8).strip();
  }

  private static String notEmpty(String where, String secret) throws IOException {
    if (secret.isEmpty()) {
      throw new IOException(where + ": empty or not set (expected: a secret)");
    }
    return secret;
  }

  /** Where it comes from, never what it is. */
  @Override
  public String toString() {
    return switch (kind) {
      case TEXT -> "(redacted)";
      case FILE -> "(redacted, from file " + value + ")";
      case ENVIRONMENT -> "(redacted, from environment variable " + value + ")";
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret that && kind == that.kind && value.equals(that.value);
  }

  @Override
  public int hashCode() {
    return 31 * kind.hashCode() + value.hashCode();
  }
}
