package dev.lish.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lish.accesslog.FileSettings;
import dev.lish.accesslog.KafkaSettings;
import dev.lish.accesslog.RawLog;
import dev.lish.accesslog.RawSettings;
import dev.lish.config.AccessLogConfig;
import dev.lish.config.HostPort;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/** What {@code access_logs.raw} of {@code lish.yaml} asks for. */
final class AccessLogParts {
  private AccessLogParts() {}

  static RawLog raw(AccessLogConfig config, Clock clock) throws StartException {
    if (config.raw().isEmpty()) {
      return RawLog.none();
    }
    AccessLogConfig.Raw raw = config.raw().get();
    Optional<KafkaSettings> kafka = Optional.empty();
    if (raw.kafka().isPresent()) {
      kafka = Optional.of(kafka(raw.kafka().get()));
    }
    try {
      return RawLog.open(
          new RawSettings(raw.oneIn(), raw.oneIn4xx(), Set.copyOf(raw.redacted())),
          raw.files()
              .map(f -> new FileSettings(f.folder(), f.maxFileBytes(), f.maxBytes(), f.maxAge())),
          kafka,
          clock);
    } catch (IllegalArgumentException e) {
      throw new StartException("access_logs.raw.kafka: " + e.getMessage(), e);
    }
  }

  private static KafkaSettings kafka(AccessLogConfig.Kafka config) throws StartException {
    Map<String, String> more = new HashMap<>();
    if (config.properties().isPresent()) {
      Path file = config.properties().get();
      Properties properties = new Properties();
      try (Reader reader = Files.newBufferedReader(file, UTF_8)) {
        properties.load(reader);
      } catch (IOException | IllegalArgumentException e) {
        throw new StartException(
            "access_logs.raw.kafka.properties_file: " + file + " cannot be read: " + e, e);
      }
      properties.stringPropertyNames().forEach(k -> more.put(k, properties.getProperty(k)));
    }
    String brokers =
        config.brokers().stream().map(HostPort::toString).collect(Collectors.joining(","));
    return new KafkaSettings(brokers, config.topic(), more);
  }
}
