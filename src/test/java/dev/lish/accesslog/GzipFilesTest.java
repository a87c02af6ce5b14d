package dev.lish.accesslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GzipFilesTest {
  @TempDir Path temp;

  private GzipFiles files(long fileBytes, long bytes, Duration age, GzipFiles.Opener opener) {
    return new GzipFiles(
        new FileSettings(temp.resolve("logs"), fileBytes, bytes, age),
        Clock.fixed(Instant.parse("2027-01-15T08:00:00Z"), ZoneOffset.UTC),
        opener);
  }

  private List<Path> all() throws IOException {
    try (Stream<Path> files = Files.list(temp.resolve("logs"))) {
      return files.sorted().toList();
    }
  }

  /** What a reader sees who comes while the file is open. */
  private static String read(Path file) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      for (int b = in.read(); b >= 0; b = in.read()) {
        text.write(b);
      }
    } catch (EOFException e) {
      assertThat(text.size()).as("bytes before the open end").isPositive();
    }
    return text.toString(UTF_8);
  }

  private static byte[] line(int seed) {
    byte[] random = new byte[1_000];
    new Random(seed).nextBytes(random);
    return java.util.Base64.getEncoder().encode(random);
  }

  @Test
  void whatIsFlushedCanBeRead() throws IOException {
    GzipFiles files = files(1 << 20, 1 << 22, Duration.ofDays(1), Files::newOutputStream);
    files.write("", "{\"a\":1}".getBytes(UTF_8));
    files.write("", "{\"a\":2}".getBytes(UTF_8));
    assertThat(files.tally().written()).isZero();
    files.flush();

    assertThat(files.tally().written()).isEqualTo(2);
    assertThat(all()).hasSize(1);
    assertThat(all().get(0).getFileName()).hasToString("access-20270115T080000.000Z.jsonl.gz");
    assertThat(read(all().get(0))).isEqualTo("{\"a\":1}\n{\"a\":2}\n");
    files.close();
    assertThat(read(all().get(0))).isEqualTo("{\"a\":1}\n{\"a\":2}\n");
  }

  @Test
  void filesRollAndTheOldestGo() throws IOException {
    GzipFiles files = files(20_000, 100_000, Duration.ofDays(3_650), Files::newOutputStream);
    for (int i = 0; i < 300; i++) {
      files.write("", line(i));
      files.flush();
    }
    files.close();

    assertThat(files.tally().written()).isEqualTo(300);
    long sum = 0;
    for (Path file : all()) {
      assertThat(Files.size(file)).isLessThan(24_000);
      sum += Files.size(file);
    }
    assertThat(all()).hasSizeBetween(3, 6);
    assertThat(sum).isLessThanOrEqualTo(105_000);
  }

  @Test
  void oldFilesAreRemovedAndForeignOnesKept() throws IOException {
    Path logs = Files.createDirectories(temp.resolve("logs"));
    Path old = Files.writeString(logs.resolve("access-20260101T000000.000Z.jsonl.gz"), "x");
    Files.setLastModifiedTime(old, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
    Path foreign = Files.writeString(logs.resolve("notes.txt"), "x");
    Files.setLastModifiedTime(foreign, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));

    GzipFiles files = files(1 << 20, 1 << 22, Duration.ofDays(7), Files::newOutputStream);
    files.write("", line(1));
    files.close();

    assertThat(old).doesNotExist();
    assertThat(foreign).exists();
  }

  @Test
  void aFullDiskIsToldAndLeavesNothingOpen() throws IOException {
    GzipFiles files =
        files(1 << 20, 1 << 22, Duration.ofDays(1), file -> new FileOutputStream("/dev/full"));
    for (int attempt = 0; attempt < 3; attempt++) {
      assertThatThrownBy(
              () -> {
                files.write("", line(1));
                files.flush();
              })
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space left on device");
    }
    assertThat(all()).isEmpty();
    assertThat(files.tally().lost()).isEqualTo(3);
    assertThat(files.tally().written()).isZero();
  }
}
