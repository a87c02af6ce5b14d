package dev.lish.pipeline;

import java.util.concurrent.CompletionException;

/** Turns an exception of another's making into a sentence for an operator. */
final class Causes {
  private Causes() {}

  static String text(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return message == null || message.isEmpty() ? cause.getClass().getSimpleName() : message;
  }
}
