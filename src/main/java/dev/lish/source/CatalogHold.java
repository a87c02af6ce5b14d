package dev.lish.source;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Keeps services that left the catalog in the list for a while, since a template that loops over it
 * would take their clusters away: 10 minutes, and until released when several that make up more
 * than a tenth are gone at the same time.
 */
public final class CatalogHold {
  static final Duration STAY = Duration.ofMinutes(10);

  private final SortedMap<String, Service> present = new TreeMap<>();
  private final SortedMap<String, Gone> gone = new TreeMap<>();

  /** A service that left; without {@code until}, it stays until released. */
  private record Gone(Service service, Optional<Instant> until) {}

  /** Starts from the list that was given out last, by an earlier run. */
  public CatalogHold(List<Service> last) {
    last.forEach(service -> present.put(service.name(), service));
  }

  /** The list to give out, now that this is the catalog. */
  public List<Service> next(List<Service> catalog, Instant now) {
    TreeMap<String, Service> left = new TreeMap<>(present);
    present.clear();
    for (Service service : catalog) {
      present.put(service.name(), service);
      gone.remove(service.name());
    }
    left.keySet().removeAll(present.keySet());
    left.forEach((name, s) -> gone.put(name, new Gone(s, Optional.of(now.plus(STAY)))));
    return list(now);
  }

  /** The list to give out, when nothing but time has passed. */
  public List<Service> list(Instant now) {
    gone.values().removeIf(g -> g.until().map(until -> !now.isBefore(until)).orElse(false));
    // One service is never a mass, also where it is more than a tenth of a small catalog.
    if (gone.size() > 1 && gone.size() * 10 > gone.size() + present.size()) {
      gone.replaceAll((name, g) -> new Gone(g.service(), Optional.empty()));
    }
    TreeMap<String, Service> all = new TreeMap<>(present);
    gone.forEach((name, g) -> all.put(name, g.service()));
    return List.copyOf(all.values());
  }

  /** Lets go of all that left. */
  public void release() {
    gone.clear();
  }

  /** Names of the services that are held until released. */
  public List<String> held() {
    return gone.entrySet().stream()
        .filter(e -> e.getValue().until().isEmpty())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** When {@link #list} changes next by itself. */
  public Optional<Instant> changesAt() {
    return gone.values().stream().flatMap(g -> g.until().stream()).min(Instant::compareTo);
  }
}
