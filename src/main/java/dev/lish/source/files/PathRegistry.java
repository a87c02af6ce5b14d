package dev.lish.source.files;

import com.google.protobuf.ByteString;
import dev.lish.model.Problem;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Instance;
import dev.lish.source.Registry;
import dev.lish.source.Service;
import dev.lish.source.Source;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The registry in a file on this host, read again when it changes; while it is broken or away, the
 * last good content is used. A query may have the parameter {@code tag}.
 */
public final class PathRegistry implements Registry {
  private static final int LONGEST = 16 << 20;

  private final String name;
  private final Path file;
  private final Listings listings;
  private final RegistryReread reader;
  private final FileWatch watch;
  private Optional<ByteString> last = Optional.empty();

  /** Watches the file from now on; it need not be there yet. */
  public PathRegistry(String name, Path file, Clock clock) {
    this.name = name;
    this.file = file.toAbsolutePath();
    listings = new Listings(name, clock);
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
  public String name() {
    return name;
  }

  @Override
  public Set<String> parameters() {
    return Listings.PARAMETERS;
  }

  @Override
  public Source<List<Instance>> instances(DiscoveryQuery query) {
    return listings.instances(query);
  }

  @Override
  public Source<List<Service>> services() {
    return listings.services();
  }

  /** What is wrong with the file now; then its last good content is used. */
  @Override
  public List<Problem> problems() {
    return listings.problems();
  }

  @Override
  public void close() {
    watch.close();
  }

  private void read() {
    try (InputStream in = Files.newInputStream(file)) {
      ByteString content = ByteString.copyFrom(in.readNBytes(LONGEST + 1));
      if (!last.equals(Optional.of(content))) {
        last = Optional.of(content);
        listings.accept(reader.read(content), "");
      }
    } catch (NoSuchFileException e) {
      fail(file + " is not there");
    } catch (IOException e) {
      fail(file + " cannot be read: " + e.getMessage());
    }
  }

  private void fail(String cause) {
    last = Optional.empty();
    listings.fail(cause);
  }
}
