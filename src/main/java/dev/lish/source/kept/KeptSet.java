package dev.lish.source.kept;

import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.Version;
import java.util.List;

/**
 * All resources of a type that Envoys were sent under one version.
 *
 * @param version what an Envoy that has them reports
 * @param resources all of this type; those that were read from the disk name no mesh file
 */
public record KeptSet(ResourceType type, Version version, List<Resource> resources) {
  /** Copies the list. */
  public KeptSet {
    resources = List.copyOf(resources);
  }

  /** Roughly what its file takes, in bytes. */
  long size() {
    long size = 64;
    for (Resource resource : resources) {
      size += resource.body().size() + resource.name().length() + 8L;
    }
    return size;
  }
}
