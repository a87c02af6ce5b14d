package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import com.linecorp.armeria.common.ClosedSessionException;
import org.junit.jupiter.api.Test;

class ClosedSessionsTest {
  private static final String ARMERIA =
      "com.linecorp.armeria.server.AbstractHttpResponseSubscriber";

  private static FilterReply decide(String logger, Throwable cause) {
    Logger from = new LoggerContext().getLogger(logger);
    return new ClosedSessions()
        .decide(new LoggingEvent("", from, Level.WARN, "Unexpected exception", cause, null));
  }

  @Test
  void connectionThatEndedIsNoNews() {
    Exception wrapped = new IllegalStateException("UNKNOWN", ClosedSessionException.get());
    assertThat(decide(ARMERIA, wrapped)).isEqualTo(FilterReply.DENY);
  }

  @Test
  void everythingElseIsTold() {
    assertThat(decide(ARMERIA, new IllegalStateException("a bug"))).isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide("dev.lish.app.Lish", ClosedSessionException.get()))
        .isEqualTo(FilterReply.NEUTRAL);
  }
}
