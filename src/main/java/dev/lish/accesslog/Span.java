package dev.lish.accesslog;

import java.util.Arrays;
import java.util.Optional;

/** How far back a window looks. */
public enum Span {
  MINUTE("1m", 6, 10),
  FIVE_MINUTES("5m", 10, 30),
  HOUR("1h", 12, 300);

  private final String label;
  private final int slots;
  private final int seconds;

  Span(String label, int slots, int seconds) {
    this.label = label;
    this.slots = slots;
    this.seconds = seconds;
  }

  /** The name in the API, e.g. {@code 5m}. */
  public String label() {
    return label;
  }

  /** The span of this name. */
  public static Optional<Span> of(String label) {
    return Arrays.stream(values()).filter(s -> s.label.equals(label)).findFirst();
  }

  Ring ring(int width) {
    return new Ring(slots, seconds, width);
  }
}
