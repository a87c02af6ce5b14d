package dev.lish.app;

/** Lish cannot start; the message says why, in a sentence for an operator. */
public final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String sentence;

  /** A cause that says it all itself. */
  public StartException(String message) {
    super(message);
    sentence = message;
  }

  /** A message for the operator and the exception behind it. */
  public StartException(String message, Throwable cause) {
    super(message, cause);
    sentence = message;
  }

  /** Why, in a sentence. */
  public String sentence() {
    return sentence;
  }
}
