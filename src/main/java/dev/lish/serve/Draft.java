package dev.lish.serve;

import dev.lish.model.ContentHash;
import dev.lish.model.Resource;
import java.util.Collection;
import java.util.List;

/**
 * What to send next.
 *
 * @param payload the response
 * @param content over all that the client will have of the type when it accepts this
 * @param changed those of its resources that the client does not have, as far as we know
 * @param replaced what the client had and will not have any more, changed or removed
 * @param unsure true: the client may have had more than we know of
 */
record Draft(
    Payload payload,
    ContentHash content,
    Collection<Resource> changed,
    List<Resource> replaced,
    boolean unsure) {
  /** True when the client has the resource from this and did not have one of its name before. */
  boolean adds(String name) {
    return !unsure
        && changed.stream().anyMatch(r -> r.name().equals(name))
        && replaced.stream().noneMatch(r -> r.name().equals(name));
  }
}
