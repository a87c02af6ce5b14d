package dev.lish.config;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads {@code access_logs:} of a {@code lish.yaml}. */
final class AccessLogReader {
  private static final List<String> REDACTED =
      List.of("authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key");
  private static final int KAFKA_PORT = 9092;

  private AccessLogReader() {}

  static AccessLogConfig read(Section logs) {
    int port = logs.whole("port", -1, 0, 65_535);
    int maxSeries = logs.whole("max_series", 2_000, 1, 100_000);
    Section raw = logs.section("raw");
    int oneIn = raw.whole("one_in", 100, 0, 1_000_000);
    int oneIn4xx = raw.whole("one_in_4xx", 1, 0, 1_000_000);
    List<String> headers =
        raw.list(
            "redact_headers",
            "the name of a header",
            v -> Optional.of(v.toLowerCase(Locale.ROOT)).filter(n -> n.matches("[!-9;-~]+")));
    Optional<AccessLogConfig.Files> files = files(raw.section("files"));
    Optional<AccessLogConfig.Kafka> kafka = kafka(raw.section("kafka"));
    if (raw.isPresent() && files.isEmpty() && kafka.isEmpty()) {
      logs.wrong("raw", "goes nowhere (expected: files with a dir, or kafka with brokers)");
    }
    AccessLogConfig config =
        new AccessLogConfig(
            port < 0 ? Optional.empty() : Optional.of(port),
            maxSeries,
            raw.isPresent()
                ? Optional.of(
                    new AccessLogConfig.Raw(
                        oneIn,
                        oneIn4xx,
                        raw.has("redact_headers") ? headers : REDACTED,
                        files,
                        kafka))
                : Optional.empty());
    raw.done();
    logs.done();
    return config;
  }

  private static Optional<AccessLogConfig.Files> files(Section files) {
    var folder = files.path("dir");
    long fileBytes = files.size("max_file_size", "64MiB", 4L << 30);
    long bytes = files.size("max_total_size", "1GiB", 1L << 44);
    Duration age = files.duration("max_age", "168h", Duration.ofMinutes(1), Duration.ofDays(3_650));
    if (files.isPresent() && folder.isEmpty()) {
      files.wrong("dir", "missing (expected: a folder for these files alone)");
    }
    if (fileBytes > bytes) {
      files.wrong("max_file_size", "more than max_total_size (expected: less)");
    }
    files.done();
    return folder.map(f -> new AccessLogConfig.Files(f, fileBytes, bytes, age));
  }

  private static Optional<AccessLogConfig.Kafka> kafka(Section kafka) {
    List<HostPort> brokers =
        kafka.list("brokers", "HOST:PORT", v -> Addresses.hostPort(v, KAFKA_PORT));
    String topic =
        kafka
            .parsed(
                "topic",
                "lish-access-logs",
                "the name of a topic: letters, digits, dots, - and _",
                v -> Optional.of(v).filter(t -> t.matches("[a-zA-Z0-9._-]{1,249}")))
            .orElse("lish-access-logs");
    var properties = kafka.path("properties_file");
    if (kafka.isPresent() && brokers.isEmpty()) {
      kafka.wrong("brokers", "missing (expected: at least one HOST:PORT)");
    }
    kafka.done();
    return brokers.isEmpty()
        ? Optional.empty()
        : Optional.of(new AccessLogConfig.Kafka(brokers, topic, properties));
  }
}
