package dev.lish.guard;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * What may go out now.
 *
 * @param admitted the assignment to send
 * @param base what to keep before it is sent
 * @param verdict what was decided of the last change, and why
 * @param levels priority to its hosts, as the guard counts them: up means up for the settle time
 * @param factor the overprovisioning factor that goes out
 * @param counting the factor by which numbers of hosts may be judged: that which goes out, or 0
 *     where Envoy goes by weights, of which they say nothing
 * @param written the factor that the assignment itself says, or Envoy's default
 * @param waiting hosts that must wait: to be shared as a hold before anything else is added
 * @param alarms what a person should look at
 * @param look when to decide again though nothing changes; empty: there is no need
 */
public record Decision(
    Admitted admitted,
    Base base,
    Verdict verdict,
    SortedMap<Integer, Level> levels,
    int factor,
    int counting,
    int written,
    Set<String> waiting,
    List<String> alarms,
    Optional<Instant> look) {
  /** How far each priority is from panic at this threshold, in the order of {@link #levels}. */
  public List<Headroom> headroom(int threshold) {
    return Headroom.of(List.copyOf(levels.values()), threshold, counting);
  }
}
