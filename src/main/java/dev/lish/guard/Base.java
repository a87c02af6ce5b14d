package dev.lish.guard;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is known of the hosts that were sent last: the ground on which the next change is judged. It
 * is kept before they are sent, so that a restart goes on from it.
 *
 * @param hosts by key
 * @param gone when hosts left that had counted as up, for as long as a raised factor makes up for
 *     them
 * @param raisedSince when the factor was raised; empty: it is not
 */
public record Base(
    SortedMap<String, Known> hosts, List<Instant> gone, Optional<Instant> raisedSince) {
  /** Nothing was sent. */
  static final Base NONE = new Base(new TreeMap<>(), List.of(), Optional.empty());

  /** Copies the collections. */
  public Base {
    hosts = Collections.unmodifiableSortedMap(new TreeMap<>(hosts));
    gone = List.copyOf(gone);
  }

  /**
   * A host that was sent.
   *
   * @param priority where
   * @param added when it was added
   * @param inherited true: it was there before anything was known, and so counts after the settle
   *     time in whatever state it is
   * @param passingSince since when it has been passing without a break
   * @param settled true: it counts, up or down
   * @param leaving since when it is no longer wanted, and listed as UNHEALTHY before it is removed
   * @param form the host with its locality, where it must be listed for a while after it has left;
   *     else empty
   */
  public record Known(
      int priority,
      Instant added,
      boolean inherited,
      Optional<Instant> passingSince,
      boolean settled,
      Optional<Instant> leaving,
      ByteString form) {

    Known at(Host host, Instant now, java.time.Duration settle) {
      if (leaving.isPresent()) {
        // It came back: what it was once is made up for among those that have left.
        return new Known(priority, now, false, Optional.empty(), false, Optional.empty(), form)
            .at(host, now, settle);
      }
      Optional<Instant> since =
          host.up() ? passingSince.or(() -> Optional.of(now)) : Optional.empty();
      Instant before = now.minus(settle);
      boolean long_ =
          since.map(s -> !s.isAfter(before)).orElse(false) || (inherited && !added.isAfter(before));
      return new Known(
          host.priority(), added, inherited, since, settled || long_, Optional.empty(), form);
    }

    /** Its registry does not answer, so it is not known whether it goes on passing. */
    Known unheard() {
      return settled
          ? this
          : new Known(priority, added, inherited, Optional.empty(), false, leaving, form);
    }

    Known asSettled() {
      return new Known(priority, added, inherited, passingSince, true, leaving, form);
    }

    Known with(ByteString other) {
      return new Known(priority, added, inherited, passingSince, settled, leaving, other);
    }

    /** When it will count, if it stays as it is; empty: not before it is passing. */
    Optional<Instant> settlesAt(java.time.Duration settle) {
      Optional<Instant> byPassing = passingSince.map(since -> since.plus(settle));
      return inherited ? Optional.of(added.plus(settle)) : byPassing;
    }
  }

  /** True when the same hosts were sent in the same places: nothing needs to be kept anew. */
  boolean sameAs(Base other) {
    return equals(other);
  }

  Map<String, Known> unsettled() {
    Map<String, Known> unsettled = new TreeMap<>(hosts);
    unsettled.values().removeIf(Known::settled);
    return unsettled;
  }
}
