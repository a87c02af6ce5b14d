package dev.lish.admin;

/** The client's mistake: answered with 400 and this message, which says found and expected. */
final class WrongRequest extends RuntimeException {
  private static final long serialVersionUID = 1L;

  WrongRequest(String message) {
    super(message, null, false, false);
  }
}
