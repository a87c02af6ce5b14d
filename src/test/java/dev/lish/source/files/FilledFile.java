package dev.lish.source.files;

import dev.lish.source.RegistryContract.Filled;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A registry file that a test fills service by service. */
final class FilledFile {
  private final Map<String, List<Filled>> services = new TreeMap<>();

  String fill(String service, List<Filled> instances) {
    services.put(service, instances);
    return text();
  }

  String text() {
    return services.entrySet().stream()
        .map(
            entry ->
                "\n  "
                    + entry.getKey()
                    + ":"
                    + entry.getValue().stream()
                        .map(FilledFile::instance)
                        .collect(Collectors.joining(", ", " [", "]")))
        .collect(Collectors.joining("", "services:", "\n"));
  }

  private static String instance(Filled filled) {
    String health = filled.health().name().toLowerCase(Locale.ROOT);
    String zone = filled.zone().isEmpty() ? "" : ", zone: " + filled.zone();
    String version = filled.version().isEmpty() ? "" : "version: " + filled.version();
    return "{address: 127.0.0.1, port: %d, tags: [%s], health: %s, weight: %d%s, metadata: {%s}}"
        .formatted(filled.port(), filled.tag(), health, filled.weight(), zone, version);
  }
}
