package dev.lish.source.dogma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lish.model.Drain;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharedFileTest {
  private static final Instant AT = Instant.parse("2026-03-01T10:00:00.123456Z");

  @ParameterizedTest
  @CsvSource({"0,0,0", "0,7,0", "7,0,1", "7,7,2", "9,7,3"})
  void nothingIsLostOnTheWayThereAndBack(int pin, int pausedAt, int epoch) throws Exception {
    StageControl control =
        new StageControl(revision(pin), revision(pausedAt), epoch, "ann", "why \"so\"", AT);
    assertThat(SharedFile.stage(SharedFile.write(control))).isEqualTo(control);
  }

  @Test
  void pausedStageThatFollowsHeadSaysWhereItStays() {
    assertThat(
            SharedFile.write(
                new StageControl(Optional.empty(), revision(7), 0, "ann", "bad commit", AT)))
        .isEqualTo(
            "{\"follow\":\"head\",\"revision\":7,\"paused\":true,\"epoch\":0,\"by\":\"ann\","
                + "\"reason\":\"bad commit\",\"at\":\"2026-03-01T10:00:00.123456Z\"}");
  }

  @Test
  void whoAndWhyMayBeAbsentAndUnknownKeysAreLeftAlone() throws Exception {
    assertThat(SharedFile.stage("{\"follow\":\"head\",\"paused\":false,\"epoch\":2,\"new\":1}"))
        .isEqualTo(new StageControl(Optional.empty(), Optional.empty(), 2, "", "", Instant.EPOCH));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]|[] (expected: an object)",
        "{|not JSON: ",
        "{\"follow\":3}|follow: 3 (expected: \"head\" or \"revision\")",
        "{\"follow\":\"tail\"}|follow: \"tail\" (expected: \"head\" or \"revision\")",
        "{\"follow\":\"head\"}|paused: missing (expected: true or false)",
        "{\"follow\":\"head\",\"paused\":\"yes\"}|paused: \"yes\" (expected: true or false)",
        "{\"follow\":\"head\",\"paused\":false}|epoch: missing (expected: a number, 0 or more)",
        "{\"follow\":\"head\",\"paused\":true,\"epoch\":0}|revision: missing (expected: a number, 1",
        "{\"follow\":\"revision\",\"paused\":false,\"epoch\":0,\"revision\":0}|revision: 0 (expected",
        "{\"follow\":\"head\",\"paused\":false,\"epoch\":99999999999}|epoch: 99999999999 (expected",
        "{\"follow\":\"head\",\"paused\":false,\"epoch\":0,\"at\":\"now\"}|at: \"now\" (expected: as",
      })
  void whatIsWrongIsTold(String text, String expected) {
    assertThatThrownBy(() -> SharedFile.stage(text))
        .isInstanceOf(SharedFile.Broken.class)
        .hasMessageContaining(expected);
  }

  @Test
  void membershipIsARevision() throws Exception {
    assertThat(SharedFile.membership(SharedFile.write(new Revision(7), "ann", "grow", AT)))
        .isEqualTo(new Revision(7));
    assertThatThrownBy(() -> SharedFile.membership("{}")).hasMessageContaining("revision: missing");
  }

  @Test
  void drainIsReadAsItIsWrittenAndItsFileIsItsOwn() throws Exception {
    Drain drain = new Drain("web-7/shop [x]", "ann", "disk \"sda\"", AT);
    assertThat(SharedFile.drain(SharedFile.write(drain))).isEqualTo(drain);
    assertThat(SharedFile.drainPath("10.0.0.7")).isEqualTo("/drains/10.0.0.7.json");
    assertThat(SharedFile.drainPath("web-7/shop")).isEqualTo("/drains/web-7_2fshop.json");
    assertThat(SharedFile.drainPath(".a_b:é")).isEqualTo("/drains/_2ea_5fb_3a_c3_a9.json");
    assertThatThrownBy(() -> SharedFile.drain("{}")).hasMessageContaining("target: missing");
    assertThatThrownBy(() -> SharedFile.drain("{\"target\":\" \"}"))
        .hasMessageContaining("expected: an instance or a host");
  }

  private static Optional<Revision> revision(int number) {
    return number == 0 ? Optional.empty() : Optional.of(new Revision(number));
  }
}
