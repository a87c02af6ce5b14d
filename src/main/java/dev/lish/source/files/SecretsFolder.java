package dev.lish.source.files;

import com.google.protobuf.ByteString;
import dev.lish.source.Cell;
import dev.lish.source.Source;
import dev.lish.source.SourceState;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of {@code secrets_dir}, by name, read again when one changes. Only regular files right
 * in the folder count, links followed; hidden files and folders do not, so that a volume of
 * Kubernetes ({@code ..data}) works too. The map never prints its values.
 */
public final class SecretsFolder implements Source<SortedMap<String, ByteString>> {
  private static final Logger LOG = LoggerFactory.getLogger(SecretsFolder.class);
  private static final int MOST_FILES = 2_000;
  private static final int LONGEST_FILE = 1 << 20;
  private static final int LONGEST_FOLDER = 32 << 20;
  private static final int READS = 5;

  private final Path folder;
  private final Cell<SortedMap<String, ByteString>> cell;
  private final FileWatch watch;
  private String trouble = "";

  /** Watches the folder from now on; it need not be there yet. */
  public SecretsFolder(Path folder, Clock clock) {
    this.folder = folder.toAbsolutePath();
    cell = new Cell<>(clock);
    watch = new FileWatch("secrets", this.folder, this::fingerprint, this::read);
  }

  @Override
  public SourceState<SortedMap<String, ByteString>> state() {
    return cell.state();
  }

  @Override
  public void watch(Runnable listener) {
    cell.watch(listener);
  }

  @Override
  public void close() {
    watch.close();
  }

  @Override
  public String toString() {
    return "SecretsFolder[" + folder + "]";
  }

  private void read() {
    try {
      Secrets secrets = consistent();
      trouble = "";
      cell.set(Collections.unmodifiableSortedMap(secrets));
    } catch (IOException e) {
      String cause = folder + " cannot be read: " + e.getMessage();
      if (!cause.equals(trouble)) {
        LOG.warn("secrets stay as they were: {}", cause);
        trouble = cause;
      }
      cell.fail(cause);
    }
  }

  /** A certificate and its key must be of one generation: reads again while the folder changes. */
  private Secrets consistent() throws IOException {
    for (int i = 1; ; i++) {
      String before = fingerprint();
      Secrets secrets = readAll();
      if (i == READS || before.equals(fingerprint())) {
        return secrets;
      }
    }
  }

  private Secrets readAll() throws IOException {
    Secrets secrets = new Secrets();
    int total = 0;
    for (Path file : files()) {
      try (InputStream in = Files.newInputStream(file)) {
        byte[] content = in.readNBytes(LONGEST_FILE + 1);
        total += content.length;
        if (content.length > LONGEST_FILE || total > LONGEST_FOLDER) {
          throw new IOException(
              file.getFileName()
                  + " is too long (expected: 1 MiB at most, and 32 MiB for all files)");
        }
        secrets.put(String.valueOf(file.getFileName()), ByteString.copyFrom(content));
      }
    }
    return secrets;
  }

  private List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder)) {
      all.filter(f -> !String.valueOf(f.getFileName()).startsWith("."))
          .filter(Files::isRegularFile)
          .limit(MOST_FILES + 1L)
          .forEach(files::add);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (files.size() > MOST_FILES) {
      throw new IOException("more than " + MOST_FILES + " files");
    }
    Collections.sort(files);
    return files;
  }

  private String fingerprint() {
    StringBuilder stamps = new StringBuilder();
    try {
      for (Path file : files()) {
        stamps.append(file.getFileName()).append('=').append(FileStamp.of(file)).append('\n');
      }
    } catch (IOException e) {
      stamps.append(e.getClass().getSimpleName());
    }
    return stamps.toString();
  }

  /** Prints names only. */
  private static final class Secrets extends TreeMap<String, ByteString> {
    private static final long serialVersionUID = 1;

    @Override
    public String toString() {
      return keySet() + " (values are secret)";
    }
  }
}
