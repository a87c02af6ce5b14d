package dev.lish.render;

import dev.lish.guard.GuardSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads the {@code guard:} of {@code mesh.yaml}. */
record GuardReader(YamlValues values) {
  private static final String WHAT = "guard";
  private static final Pattern DURATION = Pattern.compile("(\\d{1,8})(ms|s|m|h)");
  private static final Duration LONGEST = Duration.ofDays(1);

  GuardLimits read(@Nullable Node node) {
    if (node == null) {
      return GuardLimits.DEFAULT;
    }
    Map<String, Node> fields =
        values.fields(
            node,
            WHAT,
            "enabled",
            "settle",
            "reserve",
            "longest_raise",
            "hold",
            "mass",
            "window",
            "clusters");
    GuardSettings all = settings(fields, WHAT, GuardSettings.DEFAULT);
    List<GuardLimits.Entry> entries = new ArrayList<>();
    Node clusters = fields.get("clusters");
    if (clusters != null) {
      int i = 0;
      for (Node item : values.list(clusters, WHAT + ".clusters")) {
        entry(item, WHAT + ".clusters[" + i++ + "]", all).ifPresent(entries::add);
      }
    }
    return new GuardLimits(all, entries);
  }

  private Optional<GuardLimits.Entry> entry(Node node, String what, GuardSettings all) {
    Map<String, Node> fields =
        values.fields(
            node,
            what,
            "name",
            "enabled",
            "settle",
            "reserve",
            "longest_raise",
            "hold",
            "mass",
            "window");
    GuardSettings settings = settings(fields, what, all);
    Node name = fields.get("name");
    if (name == null) {
      values.error(node, what + ": no name (expected: a glob over names of clusters)");
      return Optional.empty();
    }
    return values.string(name, what + ".name").map(n -> new GuardLimits.Entry(n, settings));
  }

  private GuardSettings settings(Map<String, Node> fields, String what, GuardSettings base) {
    return new GuardSettings(
        bool(fields.get("enabled"), what + ".enabled", base.enabled()),
        duration(fields.get("settle"), what + ".settle", base.settle()),
        percent(fields.get("reserve"), what + ".reserve", 0, 99, base.reserve()),
        duration(fields.get("longest_raise"), what + ".longest_raise", base.longestRaise()),
        duration(fields.get("hold"), what + ".hold", base.hold()),
        percent(fields.get("mass"), what + ".mass", 1, 100, base.mass()),
        duration(fields.get("window"), what + ".window", base.window()));
  }

  private boolean bool(@Nullable Node node, String what, boolean otherwise) {
    return node == null ? otherwise : values.bool(node, what).orElse(otherwise);
  }

  private int percent(@Nullable Node node, String what, int least, int most, int otherwise) {
    return node == null ? otherwise : values.integer(node, what, least, most).orElse(otherwise);
  }

  private Duration duration(@Nullable Node node, String what, Duration otherwise) {
    if (node == null) {
      return otherwise;
    }
    Optional<String> text = values.string(node, what);
    Matcher matcher = DURATION.matcher(text.orElse("0s"));
    Duration found = matcher.matches() ? duration(matcher) : LONGEST.plusSeconds(1);
    if (found.compareTo(LONGEST) > 0) {
      values.mismatch(node, what, "a time up to 24h such as 500ms, 30s, 10m, 1h");
      return otherwise;
    }
    return found;
  }

  private static Duration duration(Matcher matcher) {
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      default -> Duration.ofHours(number);
    };
  }
}
