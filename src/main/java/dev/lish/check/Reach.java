package dev.lish.check;

import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Which requests a match takes.
 *
 * @param path the prefix, the whole path when it is exact, or what each path begins with
 * @param form what the path is
 * @param folded true: the case of letters is of no account
 * @param conditions what else must hold, all of it
 * @param written how the path is written
 */
record Reach(String path, Form form, boolean folded, Set<Object> conditions, String written) {
  /** How a path is matched. */
  enum Form {
    PREFIX,
    FOLDERS,
    EXACT,
    /** By a rule of its own, which is in {@code written}. */
    RULE,
    /** Requests without a path. */
    NONE
  }

  static Reach of(RouteMatch match) {
    boolean folded = match.hasCaseSensitive() && !match.getCaseSensitive().getValue();
    Set<Object> conditions = conditions(match);
    return switch (match.getPathSpecifierCase()) {
      case PREFIX -> new Reach(match.getPrefix(), Form.PREFIX, folded, conditions, "prefix ");
      case PATH_SEPARATED_PREFIX ->
          new Reach(match.getPathSeparatedPrefix(), Form.FOLDERS, folded, conditions, "prefix ");
      case PATH -> new Reach(match.getPath(), Form.EXACT, folded, conditions, "path ");
      // It heeds case whatever is set (RouteMatch.case_sensitive).
      case SAFE_REGEX -> regex(match.getSafeRegex().getRegex(), conditions);
      case PATH_MATCH_POLICY ->
          new Reach("/", Form.RULE, false, conditions, match.getPathMatchPolicy().toString());
      default -> new Reach("", Form.NONE, folded, conditions, match.toString());
    };
  }

  private static Reach regex(String regex, Set<Object> conditions) {
    PathRegex known = PathRegex.of(regex);
    Form form =
        switch (known.takes()) {
          case ALL -> Form.PREFIX;
          case FOLDERS -> Form.FOLDERS;
          case ONE -> Form.EXACT;
          case SOME -> Form.RULE;
        };
    return new Reach(known.start(), form, false, conditions, "safe_regex " + regex);
  }

  private static Set<Object> conditions(RouteMatch match) {
    Set<Object> conditions = new HashSet<>();
    match
        .getAllFields()
        .forEach(
            (field, value) -> {
              if (field.isRepeated()) {
                conditions.addAll((List<?>) value);
              } else if (field.getContainingOneof() == null
                  && !field.getName().equals("case_sensitive")) {
                conditions.add(Map.entry(field.getName(), value));
              }
            });
    return conditions;
  }

  /** True when each request of the other's is one of this one's; false when that is not sure. */
  boolean covers(Reach other) {
    return coversPath(other) && other.conditions.containsAll(conditions);
  }

  private boolean coversPath(Reach other) {
    if (form == Form.NONE || other.form == Form.NONE) {
      return form == other.form && written.equals(other.written);
    }
    // Every path starts with a slash; CONNECT, which is another form, has none.
    if (form == Form.PREFIX && (path.isEmpty() || path.equals("/"))) {
      return true;
    }
    if (form == Form.RULE) {
      return other.form == Form.RULE && written.equals(other.written);
    }
    if (other.folded && !folded) {
      return false;
    }
    String mine = folded ? path.toLowerCase(Locale.ROOT) : path;
    String theirs = folded ? other.path.toLowerCase(Locale.ROOT) : other.path;
    return switch (form) {
      case PREFIX -> theirs.startsWith(mine);
      case FOLDERS ->
          (theirs.equals(mine) && (other.form == Form.EXACT || other.form == Form.FOLDERS))
              || theirs.startsWith(mine + "/");
      default -> other.form == Form.EXACT && theirs.equals(mine);
    };
  }

  @Override
  public String toString() {
    return written.endsWith(" ") ? written + path : written;
  }
}
