package dev.lish.serve;

import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.Version;
import java.util.List;

/**
 * An encoded response without its nonce: the same bytes for every stream that is told the same.
 *
 * @param type of the resources
 * @param version SotW: {@code version_info}; delta: {@code system_version_info}
 * @param resources in it
 * @param removed delta: names in {@code removed_resources}
 * @param bytes everything but the nonce; never written to
 */
@SuppressWarnings("ArrayRecordComponent") // shared on purpose, and never compared
record Payload(
    ResourceType type,
    Version version,
    List<Resource> resources,
    List<String> removed,
    byte[] bytes) {
  int size() {
    return resources.size() + removed.size();
  }
}
