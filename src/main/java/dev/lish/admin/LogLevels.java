package dev.lish.admin;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Shows and changes the levels of loggers, until the next start. */
final class LogLevels {
  private static final List<String> LEVELS =
      List.of("off", "error", "warn", "info", "debug", "trace");
  private static final String INHERIT = "inherit";
  private static final String OURS = "dev.lish";

  /** A logger; its own level is null when it has the one of the logger above it. */
  private record LoggerJson(String logger, @Nullable String level, String effective) {
    static LoggerJson of(Logger logger) {
      return new LoggerJson(
          logger.getName(),
          logger.getLevel() == null ? null : label(logger.getLevel()),
          label(logger.getEffectiveLevel()));
    }
  }

  private record Loggers(List<LoggerJson> loggers) {}

  /** All loggers that have a level of their own, or the one that is asked for. */
  Reply get(ServiceRequestContext ctx) {
    Query query = Query.of(ctx, "logger");
    return query
        .get("logger")
        .map(name -> Reply.ok(LoggerJson.of(logger(name))))
        .orElseGet(
            () ->
                Reply.ok(
                    new Loggers(
                        context().getLoggerList().stream()
                            .filter(l -> l.getLevel() != null)
                            .map(LoggerJson::of)
                            .toList())));
  }

  /** Sets a level; without a logger, that of Lish itself. */
  Reply set(ServiceRequestContext ctx) {
    Query query = Query.of(ctx, "logger", "level");
    String level = query.get("level", "").toLowerCase(Locale.ROOT);
    Logger logger = logger(query.get("logger", OURS));
    boolean root = logger.getName().equals(org.slf4j.Logger.ROOT_LOGGER_NAME);
    if (level.equals(INHERIT) && !root) {
      logger.setLevel(null);
    } else if (LEVELS.contains(level)) {
      logger.setLevel(Level.toLevel(level));
    } else {
      return Reply.error(
          HttpStatus.BAD_REQUEST,
          "level: \"" + level + "\" (expected: one of " + LEVELS + " or " + INHERIT + ")");
    }
    return Reply.ok(LoggerJson.of(logger));
  }

  private static Logger logger(String name) {
    // Logback keeps every logger for ever, so names are not taken from just anybody's imagination.
    if (name.length() > 200 || !name.matches("[A-Za-z][A-Za-z0-9_.$-]*")) {
      throw new WrongRequest("logger: \"" + name + "\" (expected: a class or package name)");
    }
    return context().getLogger(name);
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }

  private static String label(Level level) {
    return level.toString().toLowerCase(Locale.ROOT);
  }
}
