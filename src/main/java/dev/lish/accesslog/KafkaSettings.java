package dev.lish.accesslog;

import java.util.Map;

/**
 * A Kafka topic.
 *
 * @param brokers {@code HOST:PORT}, separated by commas
 * @param topic that takes a record for each entry: the node's id and the line
 * @param more settings of Kafka's own producer, for TLS and passwords
 */
public record KafkaSettings(String brokers, String topic, Map<String, String> more) {
  /** Copies the map. */
  public KafkaSettings {
    more = Map.copyOf(more);
  }

  /** Without the settings, which may hold passwords. */
  @Override
  public String toString() {
    return "Kafka at " + brokers + ", topic " + topic;
  }
}
