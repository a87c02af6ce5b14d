package dev.lish.source;

import dev.lish.model.ContentHash;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What all replicas keep back of a change of hosts.
 *
 * @param kind what is kept back
 * @param of a discovery query or, of waiting hosts, an assignment and its variant
 * @param hosts by address and port
 */
public record Hold(Kind kind, String of, SortedMap<String, Entry> hosts) {
  /** Copies the map. */
  public Hold {
    hosts = Collections.unmodifiableSortedMap(new TreeMap<>(hosts));
  }

  /** What is kept back. */
  public enum Kind {
    /** That hosts are gone: they are listed as they were. */
    GONE,
    /** That hosts are critical: they are listed as passing. */
    CRITICAL,
    /** That hosts are new: they are not listed. */
    WAITING;

    /** As it is written in files. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A host.
   *
   * @param since when it was kept back
   * @param until when it is let go at the latest
   * @param instance a host that is gone, as it was
   */
  public record Entry(Instant since, Instant until, Optional<Instance> instance) {}

  /** The name of its file, the same on all replicas. */
  public String name() {
    return name(kind, of);
  }

  /** The name of the file of such a hold. */
  public static String name(Kind kind, String of) {
    String hash = ContentHash.of(of.getBytes(StandardCharsets.UTF_8)).toString();
    return kind.label() + "-" + hash.substring(0, 16);
  }
}
