package dev.lish.trial;

/** The world does not let a test start: no port, no such binary. */
public final class TrialException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With what was found and what was expected. */
  public TrialException(String message, Throwable cause) {
    super(message, cause);
  }

  /** With what was found and what was expected. */
  public TrialException(String message) {
    super(message);
  }
}
