package dev.lish.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.joran.spi.JoranException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The file that the program logs by, not the one of the tests. */
class LogbackTest {
  private static LoggerContext context(Map<String, String> properties) throws JoranException {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    properties.forEach(context::putProperty);
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(Path.of("src/main/resources/logback.xml").toFile());
    return context;
  }

  private static String logged(String message, RuntimeException... causes) throws JoranException {
    PrintStream original = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setErr(new PrintStream(out, true, UTF_8));
    LoggerContext context = context(Map.of());
    try {
      ch.qos.logback.classic.Logger logger = context.getLogger("dev.lish.serve.Stream");
      if (causes.length > 0) {
        logger.error(message, causes[0]);
      } else {
        logger.info(message);
      }
    } finally {
      context.stop();
      System.setErr(original);
    }
    return out.toString(UTF_8);
  }

  @Test
  void eventIsOneLine() throws JoranException {
    assertThat(logged("edge-1: rejected\n  INFO  forged\r\n"))
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-]\\d\\d:\\d\\d) INFO  Stream +"
                + "edge-1: rejected \\| INFO  forged\n");
  }

  @Test
  void exceptionStaysOnTheLineOfItsEvent() throws JoranException {
    assertThat(logged("failed", new IllegalStateException("why\nnot")))
        .matches(
            "[^\n]* ERROR Stream +failed java.lang.IllegalStateException: why \\| not \\| [^\n]+\n");
  }

  @Test
  void librariesAreQuietAndAllCanBeSilenced() throws JoranException {
    LoggerContext usual = context(Map.of());
    assertThat(usual.getLogger("com.linecorp.armeria.server.Server").isInfoEnabled()).isFalse();
    assertThat(usual.getLogger("dev.lish.app.Server").isInfoEnabled()).isTrue();
    LoggerContext silent = context(Map.of("lish.log.level", "OFF", "lish.log.others", "OFF"));
    assertThat(silent.getLogger("dev.lish.cli.Check").isErrorEnabled()).isFalse();
    assertThat(silent.getLogger("io.netty.Any").isErrorEnabled()).isFalse();
  }
}
