package dev.lish.source;

import com.google.protobuf.ByteString;
import dev.lish.model.Revision;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The mesh folder at one revision.
 *
 * @param revision what it is called in its repository
 * @param files path without a leading slash (e.g. {@code edge/routes/main.yaml.peb}) to content
 */
public record MeshFolder(Revision revision, SortedMap<String, ByteString> files) {
  /** Copies the map. */
  public MeshFolder {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  /**
   * True when this is a path that a file of a mesh can have: inside, and without a leading slash.
   */
  public static boolean isPath(String path) {
    return !path.isEmpty()
        && !path.startsWith("/")
        && !path.endsWith("/")
        && !path.contains("//")
        && !("/" + path + "/").contains("/../")
        && !("/" + path + "/").contains("/./");
  }
}
