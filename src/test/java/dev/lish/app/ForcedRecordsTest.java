package dev.lish.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForcedRecordsTest {
  private static final long LONG = 1 << 20;

  @TempDir Path folder;

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static Optional<String> text(ForcedRecords records, String name) {
    return records.get(name).map(content -> new String(content, UTF_8));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void whatWasCommittedIsThereWithoutAClose() {
    ForcedRecords records = new ForcedRecords(folder, true, LONG);
    records.put("a", bytes("1"));
    records.put("a", bytes("2"));
    records.commit();
    records.put("a", bytes("3"));
    assertThat(text(records, "a")).hasValue("3");
    try (ForcedRecords next = new ForcedRecords(folder, true, LONG)) {
      assertThat(text(next, "a")).as("3 was not committed").hasValue("2");
    }
    records.close();
  }

  @Test
  void aJournalThatIsCutOffAnywhereEndsWithItsLastWholeRecord() throws IOException {
    try (ForcedRecords records = new ForcedRecords(folder, true, LONG)) {
      records.put("a", bytes("first"));
      records.commit();
      records.put("a", bytes("second"));
      records.put("b", bytes("third"));
    }
    byte[] whole = Files.readAllBytes(folder.resolve("journal-1"));
    int record = 4 + 16 + 2 + 1;
    for (int size = 0; size <= whole.length; size++) {
      Path other = Files.createDirectories(folder.resolve("at-" + size));
      byte[] cut = Arrays.copyOf(whole, size);
      Files.write(other.resolve("journal-1"), cut);
      Optional<String> expected =
          size < record + 5
              ? Optional.empty()
              : Optional.of(size < 2 * record + 11 ? "first" : "second");
      try (ForcedRecords next = new ForcedRecords(other, false, LONG)) {
        assertThat(text(next, "a")).as("cut at %d", size).isEqualTo(expected);
        next.put("c", bytes("new"));
      }
      try (ForcedRecords next = new ForcedRecords(other, false, LONG)) {
        assertThat(text(next, "a")).isEqualTo(expected);
        assertThat(text(next, "c")).hasValue("new");
      }
    }
  }

  @Test
  void aLongJournalBecomesFilesAndEnds() throws IOException {
    try (ForcedRecords records = new ForcedRecords(folder, true, 200)) {
      for (int i = 0; i < 100; i++) {
        records.put("a", bytes("value " + i));
        records.put("b" + i % 3, bytes("other " + i));
        records.commit();
      }
    }
    try (ForcedRecords next = new ForcedRecords(folder, true, 200)) {
      Await.until(
          "few journals are left",
          () -> {
            try {
              return files().stream().filter(name -> name.startsWith("journal")).count() <= 1;
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
      assertThat(text(next, "a")).hasValue("value 99");
      assertThat(text(next, "b0")).hasValue("other 99");
      assertThat(text(next, "b1")).hasValue("other 97");
      assertThat(next.names("b")).containsExactlyInAnyOrder("b0", "b1", "b2");
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsTroubleUntilItCan() throws IOException {
    Path gone = folder.resolve("guard");
    try (ForcedRecords records = new ForcedRecords(gone, true, LONG)) {
      Files.delete(gone);
      records.put("a", bytes("1"));
      records.commit();
      assertThat(records.trouble()).isPresent();
      assertThat(text(records, "a")).as("it goes on").hasValue("1");
      Files.createDirectories(gone);
      records.put("b", bytes("2"));
      records.commit();
      assertThat(records.trouble()).isEmpty();
    }
    try (ForcedRecords next = new ForcedRecords(gone, true, LONG)) {
      assertThat(text(next, "a")).as("what failed goes with the next").hasValue("1");
    }
  }
}
