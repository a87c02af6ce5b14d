package dev.lish.trial;

/** Something that a test can fail with: what was to be is not. */
final class Unmet extends Exception {
  private static final long serialVersionUID = 1L;

  Unmet(String message) {
    super(message);
  }
}
