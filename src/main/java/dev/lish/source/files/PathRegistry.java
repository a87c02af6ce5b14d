package dev.lish.source.files;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.lish.source.ListedRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * The registry in a file on this host, read again when it changes; while it is broken or away, the
 * last good content is used. A query may have the parameter {@code tag}.
 */
public final class PathRegistry extends ListedRegistry {
  private static final int LONGEST = 16 << 20;

  private final Path file;
  private final RegistryReread reader;
  private final FileWatch watch;
  private Optional<ByteString> last = Optional.empty();

  /** Watches the file from now on; it need not be there yet. */
  public PathRegistry(String name, Path file, Clock clock) {
    super(name, clock);
    this.file = file.toAbsolutePath();
    reader = new RegistryReread(this.file.toString());
    Path directory = this.file.getParent();
    watch =
        new FileWatch(
            "registry-" + name,
            directory == null ? this.file : directory,
            () -> FileStamp.of(this.file),
            this::read);
  }

  @Override
  public void close() {
    watch.close();
  }

  private void read() {
    try {
      ByteString content = content();
      if (!last.equals(Optional.of(content))) {
        last = Optional.of(content);
        reader
            .read(content)
            .match(
                services -> {
                  found(List.of());
                  listings.accept(services.listing());
                  return this;
                },
                broken -> {
                  found(broken.problems());
                  listings.fail(broken.problems().get(0).toString());
                  return this;
                });
      }
    } catch (NoSuchFileException e) {
      fail(file + " is not there");
    } catch (IOException e) {
      fail(file + " cannot be read: " + e.getMessage());
    }
  }

  /** All of it, or more than is read of any file. */
  private ByteString content() throws IOException {
    if (Files.size(file) <= LONGEST) {
      // In one piece, and never written to.
      return UnsafeByteOperations.unsafeWrap(Files.readAllBytes(file));
    }
    try (InputStream in = Files.newInputStream(file)) {
      return UnsafeByteOperations.unsafeWrap(in.readNBytes(LONGEST + 1));
    }
  }

  private void fail(String cause) {
    last = Optional.empty();
    found(List.of());
    listings.fail(cause);
  }
}
