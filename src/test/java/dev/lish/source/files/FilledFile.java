package dev.lish.source.files;

import dev.lish.source.RegistryContract.Filled;
import java.util.List;
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
                        .map(
                            i ->
                                "{address: 127.0.0.1, port: %d, tags: [%s]}"
                                    .formatted(i.port(), i.tag()))
                        .collect(Collectors.joining(", ", " [", "]")))
        .collect(Collectors.joining("", "services:", "\n"));
  }
}
