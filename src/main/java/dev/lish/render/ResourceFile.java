package dev.lish.render;

import dev.lish.model.ResourceType;
import java.util.List;
import java.util.Optional;

/**
 * A mesh file that holds resources.
 *
 * @param path the file
 * @param template true: its text is what Pebble makes of it
 * @param type by the nearest folder above that is named like a type; empty: each document must say
 */
record ResourceFile(String path, boolean template, Optional<ResourceType> type) {
  private static final List<String> NOT_RESOURCES =
      List.of(Values.FOLDER, TemplateLoader.FOLDER, "registries/", "tests/");

  /** The file as resources; empty when it is something else. */
  static Optional<ResourceFile> of(String path) {
    boolean template = path.endsWith(".yaml.peb") || path.endsWith(".yml.peb");
    boolean yaml = template || path.endsWith(".yaml") || path.endsWith(".yml");
    // Folders such as .github come along when a whole repository is mirrored.
    boolean hidden = path.startsWith(".") || path.contains("/.");
    if (!yaml
        || hidden
        || path.equals(MeshReader.PATH)
        || path.equals(CheckSettings.PATH)
        || NOT_RESOURCES.stream().anyMatch(path::startsWith)) {
      return Optional.empty();
    }
    return Optional.of(new ResourceFile(path, template, typeOf(path)));
  }

  private static Optional<ResourceType> typeOf(String path) {
    int end = path.lastIndexOf('/');
    while (end > 0) {
      int start = path.lastIndexOf('/', end - 1);
      Optional<ResourceType> type = ResourceType.ofFolder(path.substring(start + 1, end));
      if (type.isPresent()) {
        return type;
      }
      end = start;
    }
    return Optional.empty();
  }
}
