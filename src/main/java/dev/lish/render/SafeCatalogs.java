package dev.lish.render;

import dev.lish.source.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The catalogs without what could not stand in a line of YAML: a line break in a service's name
 * would let whoever registers it write configuration of their own.
 *
 * @param services what templates may see
 * @param leftOut what they may not, and why
 */
record SafeCatalogs(SortedMap<String, List<Service>> services, List<LeftOut> leftOut) {
  private static final int SHOWN = 60;

  /** A service, or some of its data. */
  record LeftOut(String registry, String message) {}

  /** Checks every name, tag and metadata entry. */
  static SafeCatalogs of(SortedMap<String, List<Service>> catalogs) {
    TreeMap<String, List<Service>> safe = new TreeMap<>();
    List<LeftOut> leftOut = new ArrayList<>();
    catalogs.forEach(
        (registry, services) -> {
          List<Service> kept = new ArrayList<>();
          for (Service service : services) {
            Optional<Service> clean = clean(service);
            clean.ifPresent(kept::add);
            if (clean.isEmpty()) {
              leftOut.add(new LeftOut(registry, message(service, "is set aside: its name has")));
            } else if (!clean.get().equals(service)) {
              leftOut.add(
                  new LeftOut(registry, message(service, "lacks tags or metadata that have")));
            }
          }
          safe.put(registry, kept);
        });
    return new SafeCatalogs(safe, leftOut);
  }

  private static String message(Service service, String what) {
    StringBuilder name = new StringBuilder();
    service
        .name()
        .chars()
        .limit(SHOWN)
        .forEach(c -> name.append(isControl(c) ? "\\u%04x".formatted(c) : (char) c));
    return "service " + name + " " + what + " control characters (expected: none)";
  }

  private static Optional<Service> clean(Service service) {
    if (hasControl(service.name())) {
      return Optional.empty();
    }
    TreeSet<String> tags = new TreeSet<>(service.tags());
    TreeMap<String, String> metadata = new TreeMap<>(service.metadata());
    boolean dirty = tags.removeIf(SafeCatalogs::hasControl);
    dirty |= metadata.entrySet().removeIf(e -> hasControl(e.getKey()) || hasControl(e.getValue()));
    return Optional.of(dirty ? new Service(service.name(), tags, metadata) : service);
  }

  private static boolean hasControl(String text) {
    return text.chars().anyMatch(SafeCatalogs::isControl);
  }

  private static boolean isControl(int c) {
    return Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
  }
}
