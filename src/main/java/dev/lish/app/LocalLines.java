package dev.lish.app;

import dev.lish.model.Drain;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.pipeline.LocalOrder;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Local orders as lines of a file, tab-separated. */
final class LocalLines {
  private static final Logger log = LoggerFactory.getLogger(LocalLines.class);

  private LocalLines() {}

  /** Base, revision or head, paused at or a dash, epoch, by, at, reason. */
  static String ofStage(LocalOrder<StageControl> order) {
    StageControl control = order.value();
    return String.join(
        "\t",
        order.base().toString(),
        control.revision().map(Revision::toString).orElse("head"),
        control.pausedAt().map(Revision::toString).orElse("-"),
        Integer.toString(control.epoch()),
        control.by().replace('\t', ' '),
        control.at().toString(),
        control.reason());
  }

  static Optional<LocalOrder<StageControl>> stage(String text) {
    String[] fields = text.split("\t", 7);
    return safely(
        text,
        () ->
            new LocalOrder<>(
                new StageControl(
                    revision(fields[1], "head"),
                    revision(fields[2], "-"),
                    Integer.parseInt(fields[3]),
                    fields[4],
                    fields[6],
                    Instant.parse(fields[5])),
                new Revision(Integer.parseInt(fields[0]))));
  }

  /** Base, drain or undrain, by, at, reason; an undrain ends after the second. */
  static String ofDrain(LocalOrder<Optional<Drain>> order) {
    return order.base()
        + order
            .value()
            .map(d -> "\tdrain\t" + d.by().replace('\t', ' ') + "\t" + d.at() + "\t" + d.reason())
            .orElse("\tundrain");
  }

  static Optional<LocalOrder<Optional<Drain>>> drain(String target, String text) {
    String[] fields = text.split("\t", 5);
    return safely(
        text,
        () ->
            new LocalOrder<>(
                fields[1].equals("undrain")
                    ? Optional.empty()
                    : Optional.of(
                        new Drain(target, fields[2], fields[4], Instant.parse(fields[3]))),
                new Revision(Integer.parseInt(fields[0]))));
  }

  private interface Parse<T> {
    T parse();
  }

  private static <T> Optional<T> safely(String text, Parse<T> parse) {
    try {
      return Optional.of(parse.parse());
    } catch (IllegalArgumentException | DateTimeParseException | IndexOutOfBoundsException e) {
      log.warn("a local order in data/ cannot be read and is dropped: {}", text);
      return Optional.empty();
    }
  }

  private static Optional<Revision> revision(String text, String none) {
    return text.equals(none) ? Optional.empty() : Optional.of(new Revision(Integer.parseInt(text)));
  }
}
