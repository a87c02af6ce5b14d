package dev.lish.accesslog;

import dev.lish.model.Revision;
import java.util.Optional;

/**
 * What Lish knows of the Envoy that writes a log.
 *
 * @param stage that it belongs to; empty: to none
 * @param group in that stage; empty: it belongs to none
 * @param accepted the revision that it last had accepted in full; empty: not known here
 */
public record Origin(String stage, String group, Optional<Revision> accepted) {
  /** Nothing is known. */
  public static final Origin UNKNOWN = new Origin("", "", Optional.empty());
}
