package dev.lish.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of access logs.
 *
 * @param port of their own, at the address and with the TLS of the one for xDS; empty: they come to
 *     that one
 * @param maxSeries how many series of traffic {@code /metrics} has at most
 * @param raw what is kept of entries as they are; empty: nothing
 */
public record AccessLogConfig(Optional<Integer> port, int maxSeries, Optional<Raw> raw) {
  /**
   * Entries as they are.
   *
   * @param oneIn of the requests that went well one in so many; 0: none
   * @param oneIn4xx of those with a status 4xx one in so many; 0: none
   * @param redacted headers whose values are not kept
   * @param files empty: none; else Kafka is there
   * @param kafka empty: none; else files are there
   */
  public record Raw(
      int oneIn,
      int oneIn4xx,
      List<String> redacted,
      Optional<Files> files,
      Optional<Kafka> kafka) {
    /** Copies the list. */
    public Raw {
      redacted = List.copyOf(redacted);
    }
  }

  /**
   * Rolling files.
   *
   * @param folder that is theirs alone
   * @param maxFileBytes compressed
   * @param maxBytes of all files
   * @param maxAge of a file
   */
  public record Files(Path folder, long maxFileBytes, long maxBytes, Duration maxAge) {}

  /**
   * A topic.
   *
   * @param brokers at least one
   * @param topic its name
   * @param properties a file with more settings of Kafka's producer; empty: none
   */
  public record Kafka(List<HostPort> brokers, String topic, Optional<Path> properties) {
    /** Copies the list. */
    public Kafka {
      brokers = List.copyOf(brokers);
    }
  }
}
