package dev.lish.accesslog;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * JSON lines in gzip files that follow each other. A flush ends a block of gzip, so what is written
 * can be read while the file is open, and after a kill.
 */
final class GzipFiles implements LineSink {
  private static final Duration LONGEST_OPEN = Duration.ofHours(1);
  private static final String PREFIX = "access-";
  private static final String SUFFIX = ".jsonl.gz";
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final FileSettings settings;
  private final Clock clock;
  private final Opener opener;
  private final Tally tally = new Tally();
  private @Nullable Open open;

  /** Lines that a full disk would still take away. */
  private long unflushed;

  /** Opens a new file; for tests another one than that of the file system. */
  interface Opener {
    OutputStream open(Path file) throws IOException;
  }

  private static final class Counted extends FilterOutputStream {
    private long bytes;

    Counted(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      bytes++;
    }

    @Override
    public void write(byte[] b, int off, int len) throws IOException {
      out.write(b, off, len);
      bytes += len;
    }
  }

  private record Open(Path file, Instant since, Counted counted, GZIPOutputStream lines) {}

  private record Old(Path file, long bytes, Instant changed) {}

  GzipFiles(FileSettings settings, Clock clock, Opener opener) {
    this.settings = settings;
    this.clock = clock;
    this.opener = opener;
  }

  @Override
  public String name() {
    return "files";
  }

  @Override
  public void write(String key, byte[] line) throws IOException {
    try {
      GZIPOutputStream lines = current().lines();
      lines.write(line);
      lines.write('\n');
      unflushed++;
    } catch (IOException e) {
      unflushed++;
      abandon();
      throw e;
    }
  }

  private void arrived() {
    tally.written(unflushed);
    unflushed = 0;
  }

  private Open current() throws IOException {
    Open now = open;
    Instant time = clock.instant();
    if (now != null
        && (now.counted().bytes >= settings.maxFileBytes()
            || time.isAfter(now.since().plus(LONGEST_OPEN)))) {
      open = null;
      now.lines().close();
      arrived();
      now = null;
    }
    if (now == null) {
      Files.createDirectories(settings.folder());
      tidy(time);
      Path file = settings.folder().resolve(PREFIX + NAME.format(time) + SUFFIX);
      for (int i = 1; Files.exists(file); i++) {
        file = settings.folder().resolve(PREFIX + NAME.format(time) + "-" + i + SUFFIX);
      }
      Counted counted = new Counted(new BufferedOutputStream(opener.open(file), 64 << 10));
      now = new Open(file, time, counted, new GZIPOutputStream(counted, 8 << 10, true));
      open = now;
    }
    return now;
  }

  /** Removes what is too old or too much, so that one more file fits. */
  private void tidy(Instant now) throws IOException {
    List<Old> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(settings.folder())) {
      for (Path file : all.toList()) {
        String name = file.getFileName().toString();
        if (name.startsWith(PREFIX) && name.endsWith(SUFFIX)) {
          files.add(new Old(file, Files.size(file), Files.getLastModifiedTime(file).toInstant()));
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    files.sort(Comparator.comparing(Old::changed).reversed().thenComparing(Old::file));
    long sum = settings.maxFileBytes();
    for (Old old : files) {
      sum += old.bytes();
      if (sum > settings.maxBytes() || old.changed().plus(settings.maxAge()).isBefore(now)) {
        Files.deleteIfExists(old.file());
      }
    }
  }

  @Override
  public void flush() throws IOException {
    Open now = open;
    if (now != null) {
      try {
        now.lines().flush();
        arrived();
      } catch (IOException e) {
        abandon();
        throw e;
      }
    }
  }

  @Override
  public void settle() throws IOException {
    flush();
  }

  @Override
  public Tally tally() {
    return tally;
  }

  /** What could not be written is lost; the next line starts a new file. */
  private void abandon() {
    Open now = open;
    open = null;
    tally.lost(unflushed);
    unflushed = 0;
    if (now != null) {
      try {
        now.lines().close();
      } catch (IOException e) {
        // It was broken before, and was told.
        assert e != null;
      }
      try {
        // A full disk leaves empty files otherwise, one for each attempt.
        if (Files.exists(now.file()) && Files.size(now.file()) == 0) {
          Files.deleteIfExists(now.file());
        }
      } catch (IOException e) {
        assert e != null;
      }
    }
  }

  @Override
  public void close() {
    try {
      flush();
    } catch (IOException e) {
      // It is counted, and there is nobody left to tell.
      assert e != null;
    }
    abandon();
  }
}
