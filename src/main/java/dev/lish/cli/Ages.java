package dev.lish.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Points in time as people say them. */
final class Ages {
  private Ages() {}

  /** {@code 3m ago}; a text that is no instant stays as it is. */
  static String ago(String instant, Instant now) {
    try {
      Duration age = Duration.between(Instant.parse(instant), now);
      return age.isNegative() ? "just now" : of(age) + " ago";
    } catch (DateTimeParseException e) {
      return instant;
    }
  }

  /** The largest unit only: {@code 5s}, {@code 3m}, {@code 2h}, {@code 4d}. */
  static String of(Duration age) {
    if (age.toMinutes() < 1) {
      return age.toSeconds() + "s";
    } else if (age.toHours() < 1) {
      return age.toMinutes() + "m";
    } else if (age.toDays() < 2) {
      return age.toHours() + "h";
    }
    return age.toDays() + "d";
  }
}
