package dev.lish.trial;

import com.google.protobuf.ByteString;
import dev.lish.model.ResourceType;
import dev.lish.serve.NodeView;
import dev.lish.source.MeshFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says which lines of the mesh an Envoy refuses. Pure. */
final class Refusals {
  private static final Pattern QUOTED = Pattern.compile("['\"]([^'\"\\s]{2,})['\"]");

  private static final Pattern NAME =
      Pattern.compile("^\\s*-?\\s*(?:name|cluster_name):\\s*[\"']?([^\"'#\\s]+)");

  private final MeshFolder folder;

  Refusals(MeshFolder folder) {
    this.folder = folder;
  }

  /** What the Envoy refuses now: {@code path:line: message} each. */
  List<String> of(NodeView node) {
    List<String> refused = new ArrayList<>();
    for (Map.Entry<ResourceType, NodeView.TypeView> entry : node.types().entrySet()) {
      NodeView.TypeView type = entry.getValue();
      if (type.nacked().isPresent()) {
        String place = type.file().isEmpty() ? "" : place(type.file(), type.message()) + ": ";
        refused.add(
            "%sEnvoy refuses the %s: %s"
                .formatted(place, entry.getKey().label(), type.message().strip()));
      }
    }
    return refused;
  }

  /**
   * The file and, where it can be told, the line: of what the message quotes, else of the name of a
   * resource that it mentions.
   */
  private String place(String path, String message) {
    ByteString content = folder.files().get(path);
    if (content == null) {
      return path;
    }
    List<String> lines = content.toStringUtf8().lines().map(Refusals::withoutComment).toList();
    // The name of a resource is in many places; what is wrong with it is quoted too, most often.
    Matcher quoted = QUOTED.matcher(message);
    while (quoted.find()) {
      int line = lineWith(lines, quoted.group(1));
      if (line > 0 && !NAME.matcher(lines.get(line - 1)).find()) {
        return path + ":" + line;
      }
    }
    for (int i = 0; i < lines.size(); i++) {
      Matcher name = NAME.matcher(lines.get(i));
      if (name.find() && message.contains(name.group(1))) {
        return path + ":" + (i + 1);
      }
    }
    return path;
  }

  private static String withoutComment(String line) {
    return line.stripLeading().startsWith("#") ? "" : line;
  }

  private static int lineWith(List<String> lines, String text) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(text)) {
        return i + 1;
      }
    }
    return 0;
  }
}
