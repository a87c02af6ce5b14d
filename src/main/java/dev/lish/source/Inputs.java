package dev.lish.source;

import com.google.protobuf.ByteString;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that a render of one stage reads; the same inputs give the same bytes.
 *
 * @param stage the stage to render
 * @param folder the mesh folder, at the revision that this stage is to have
 * @param services registry name to its catalog; a registry that has not answered is absent
 * @param registries registry name to the query parameters that it knows, whether it has answered or
 *     not
 * @param secrets file name in {@code secrets_dir} to content
 * @param offline true for the CLI: a generated placeholder stands in for every secret, and a
 *     registry without data has no services
 */
public record Inputs(
    String stage,
    MeshFolder folder,
    SortedMap<String, List<Service>> services,
    SortedMap<String, Set<String>> registries,
    SortedMap<String, ByteString> secrets,
    boolean offline) {
  /** Copies the maps. */
  public Inputs {
    services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
    registries = Collections.unmodifiableSortedMap(new TreeMap<>(registries));
    secrets = Collections.unmodifiableSortedMap(new TreeMap<>(secrets));
  }

  /** Secrets never show in logs. */
  @Override
  public String toString() {
    return "Inputs[stage=" + stage + ", revision=" + folder.revision() + "]";
  }
}
