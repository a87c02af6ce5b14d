package dev.lish.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What an Envoy wrote to its log. */
public final class EnvoyLog {
  private static final Pattern WARNING =
      Pattern.compile("^\\[[^]]*]\\[\\d+]\\[(warning|error|critical)]");

  private final Supplier<String> text;

  EnvoyLog(Supplier<String> text) {
    this.text = text;
  }

  /** The whole log so far. */
  public String text() {
    return text.get();
  }

  /** The lines of level warning and above. */
  public List<String> warnings() {
    return text.get().lines().filter(line -> WARNING.matcher(line).find()).toList();
  }

  /**
   * Fails when there is a warning that the test does not name.
   *
   * @param allowed what a warning may contain
   */
  public void assertNoWarnings(String... allowed) {
    List<String> unexpected =
        warnings().stream().filter(line -> Stream.of(allowed).noneMatch(line::contains)).toList();
    assertThat(unexpected).as("warnings in Envoy's log").isEmpty();
  }
}
