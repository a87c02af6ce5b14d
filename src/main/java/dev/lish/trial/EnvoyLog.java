package dev.lish.trial;

import java.util.List;
import java.util.regex.Pattern;

/** What an Envoy has logged. */
record EnvoyLog(String text) {
  private static final Pattern WARNING =
      Pattern.compile("^\\[[^]]*]\\[\\d+]\\[(warning|error|critical)]");

  /** Time, thread and level, and where in Envoy's own source: they differ from line to line. */
  private static final Pattern ORIGIN =
      Pattern.compile("^(\\[[^]]*]){3}(\\[[^]]*]) (\\[source/[^]]*] )?");

  /** The one limit that is the operator's to choose, not the mesh's. */
  private static final String NO_CONNECTION_LIMIT =
      "There is no configured limit to the number of allowed active downstream connections";

  /** What is refused is told as a failure, with its place in the mesh. */
  private static final String REJECTED = " rejected: ";

  private static final String STARTED = "starting main dispatch loop\n";

  /** What every Envoy says before it starts is of no help. */
  String sinceStart() {
    int start = text.indexOf(STARTED);
    return start < 0 ? text : text.substring(start + STARTED.length());
  }

  /** What it warned of, without time and thread; refusals are not among it. */
  List<String> warnings() {
    return text.lines()
        .filter(line -> WARNING.matcher(line).find())
        .filter(line -> !line.contains(NO_CONNECTION_LIMIT) && !line.contains(REJECTED))
        .map(line -> ORIGIN.matcher(line).replaceFirst("$2 "))
        .distinct()
        .toList();
  }
}
