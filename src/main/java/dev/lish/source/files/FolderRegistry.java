package dev.lish.source.files;

import com.google.protobuf.ByteString;
import dev.lish.source.ListedRegistry;
import dev.lish.source.MeshFolder;
import dev.lish.source.Source;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The registry in {@code registries/<name>.yaml} of the mesh folder, from the newest revision in
 * which this file is valid. A query may have the parameter {@code tag}.
 */
public final class FolderRegistry extends ListedRegistry {
  private static final String FOLDER = "registries/";
  private static final List<String> ENDINGS = List.of(".yaml", ".yml");

  private final Source<MeshFolder> folder;
  private Optional<Parsed> last = Optional.empty();
  private boolean closed;

  private record Parsed(String path, ByteString content, RegistryFile file) {}

  /**
   * Watches the folder from now on; the folder's source stays the caller's to close.
   *
   * @param known a folder that has the registry, maybe an older one than the source says
   */
  public FolderRegistry(String name, MeshFolder known, Source<MeshFolder> folder, Clock clock) {
    super(name, clock);
    this.folder = folder;
    if (namesIn(known).containsKey(name)) {
      accept(known, "");
    }
    folder.watch(this::read);
  }

  /** The names of the registries that the folder has, each with its file. */
  public static SortedMap<String, String> namesIn(MeshFolder folder) {
    TreeMap<String, String> names = new TreeMap<>();
    for (String path : folder.files().tailMap(FOLDER).keySet()) {
      if (!path.startsWith(FOLDER)) {
        break;
      }
      String file = path.substring(FOLDER.length());
      for (String ending : ENDINGS) {
        if (file.endsWith(ending) && file.indexOf('/') < 0 && file.length() > ending.length()) {
          names.putIfAbsent(file.substring(0, file.length() - ending.length()), path);
        }
      }
    }
    return names;
  }

  @Override
  public synchronized void close() {
    closed = true;
  }

  private synchronized void read() {
    if (closed) {
      return;
    }
    folder
        .state()
        .match(
            current -> accept(current.value(), ""),
            stale -> accept(stale.value(), "the mesh folder may be old: " + stale.cause()),
            missing ->
                missing.cause().isEmpty()
                    ? this
                    : fail("the mesh folder is not there: " + missing.cause()));
  }

  private FolderRegistry accept(MeshFolder now, String stale) {
    String path = namesIn(now).get(name());
    if (path == null) {
      return fail(FOLDER + name() + ".yaml is not in revision " + now.revision());
    }
    return parsed(path, now.files().getOrDefault(path, ByteString.EMPTY))
        .match(
            services -> {
              found(List.of());
              if (stale.isEmpty()) {
                listings.accept(services.listing());
              } else {
                listings.acceptOld(services.listing(), stale);
              }
              return this;
            },
            broken -> {
              found(broken.problems());
              listings.fail(broken.problems().get(0).toString());
              return this;
            });
  }

  /** Most revisions do not touch the file. */
  private RegistryFile parsed(String path, ByteString content) {
    if (last.isEmpty()
        || !last.get().path().equals(path)
        || !last.get().content().equals(content)) {
      last = Optional.of(new Parsed(path, content, RegistryFile.parse(path, content)));
    }
    return last.get().file();
  }

  private FolderRegistry fail(String cause) {
    found(List.of());
    listings.fail(cause);
    return this;
  }
}
