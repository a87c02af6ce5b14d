package dev.lish.trial;

import dev.lish.model.ResourceType;
import dev.lish.model.Version;
import dev.lish.serve.NodeView;
import dev.lish.snapshot.Snapshot;
import dev.lish.source.MeshFolder;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says which lines of the mesh an Envoy refuses. Pure. */
final class Refusals {
  /** How the first line goes on into the resource, as old and new Envoys print it. */
  private static final String DUMP = "(?:^|(?<=: ))(goo\\.gle/debug\\w*.*|\\w+: \\S.*|\\w+ \\{.*)$";

  /** The name of what is printed, which is not within anything else there. */
  private static final Pattern DUMPED =
      Pattern.compile(
          "(?m)^(?:.*: )?(?:goo\\.gle/debug\\w*\\s+)?(?:name|cluster_name): \"([^\"]+)\"");

  private static final String CONSTRAINT = "Proto constraint validation failed";

  private final MeshFolder folder;
  private final Optional<Snapshot> snapshot;

  /**
   * Of an Envoy.
   *
   * @param folder that is served
   * @param snapshot what it gets of it, with the files that each resource comes from
   */
  Refusals(MeshFolder folder, Optional<Snapshot> snapshot) {
    this.folder = folder;
    this.snapshot = snapshot;
  }

  /**
   * A refusal.
   *
   * @param version of what is refused
   */
  record Refusal(ResourceType type, Version version, String message, String path) {}

  /** What an Envoy refuses now; one that has yet to answer may accept. */
  static Set<Refusal> of(NodeView node) {
    Set<Refusal> refused = new LinkedHashSet<>();
    node.types()
        .forEach(
            (type, view) ->
                view.nacked()
                    .filter(version -> !view.waits())
                    .ifPresent(
                        version ->
                            refused.add(new Refusal(type, version, view.message(), view.file()))));
    return refused;
  }

  /** {@code path:line: ENVOY refuses the …}. */
  String sentence(String envoy, Refusal refusal) {
    Map<String, String> resources = new TreeMap<>();
    snapshot.ifPresent(
        all ->
            all.set(refusal.type())
                .byName()
                .forEach((name, resource) -> resources.put(name, resource.path())));
    String place = new Places(folder, resources).of(refusal.message(), refusal.path());
    return "%s%s refuses the %s: %s"
        .formatted(
            place.isEmpty() ? "" : place + ": ",
            envoy,
            refusal.type().label(),
            brief(refusal.message()));
  }

  /** Without the whole resource, which Envoy prints before it says what is wrong with it. */
  static String brief(String message) {
    String text = message.strip();
    if (!hasDump(text)) {
      return text;
    }
    String head = text.substring(0, text.indexOf('\n')).replaceFirst(DUMP, "").strip();
    String about = head.isEmpty() ? dumped(text).map(name -> name + ":").orElse("") : head;
    return (about + " " + text.substring(text.lastIndexOf(CONSTRAINT))).strip();
  }

  /** The name of the resource that the message prints; empty: it prints none. */
  static Optional<String> dumped(String message) {
    if (!hasDump(message)) {
      return Optional.empty();
    }
    Matcher name = DUMPED.matcher(message.substring(0, message.lastIndexOf(CONSTRAINT)));
    return name.find() ? Optional.of(name.group(1)) : Optional.empty();
  }

  private static boolean hasDump(String message) {
    int wrong = message.lastIndexOf(CONSTRAINT);
    int dump = message.indexOf('\n');
    return wrong >= 0 && dump >= 0 && dump < wrong;
  }
}
