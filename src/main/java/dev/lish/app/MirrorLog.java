package dev.lish.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The log of Central Dogma's mirroring. It looks for mirrors once a second, and when that meets a
 * stop it tells so with a stack trace, as if something had gone wrong.
 */
final class MirrorLog {
  private static final String NAME =
      "com.linecorp.centraldogma.server.internal.mirror.DefaultMirroringService";

  private MirrorLog() {}

  /** A stop begins: what follows is of no interest to anybody. */
  static void silence() {
    level(Level.OFF);
  }

  /** A start: everything is told again. */
  static void restore() {
    level(null);
  }

  private static void level(@Nullable Level level) {
    if (LoggerFactory.getLogger(NAME) instanceof Logger logger) {
      logger.setLevel(level);
    }
  }
}
