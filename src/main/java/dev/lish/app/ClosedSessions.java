package dev.lish.app;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import com.linecorp.armeria.common.ClosedSessionException;

/**
 * Keeps out of the log what Armeria says, with a stack trace, of each stream whose connection ended
 * by itself: an Envoy that vanished or answers no ping is nobody's bug, and thousands can do so at
 * once. Lish counts its streams itself. Named in {@code logback.xml}.
 */
public final class ClosedSessions extends Filter<ILoggingEvent> {
  @Override
  public FilterReply decide(ILoggingEvent event) {
    if (event.getLoggerName().startsWith("com.linecorp.armeria.server.")) {
      for (IThrowableProxy t = event.getThrowableProxy(); t != null; t = t.getCause()) {
        if (t.getClassName().equals(ClosedSessionException.class.getName())) {
          return FilterReply.DENY;
        }
      }
    }
    return FilterReply.NEUTRAL;
  }
}
