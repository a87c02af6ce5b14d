package dev.lish.check;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;

/**
 * What Envoy takes, and what no request can be: a path, a host or a number that none has; and what
 * no server can read, since a rewrite makes it.
 */
final class NeverLints {
  private NeverLints() {}

  static void match(RouteMatch match, Walk walk) {
    switch (match.getPathSpecifierCase()) {
      case PREFIX -> path(match.getPrefix(), walk, "prefix");
      case PATH -> path(match.getPath(), walk, "path");
      case PATH_SEPARATED_PREFIX ->
          path(match.getPathSeparatedPrefix(), walk, "path_separated_prefix");
      case SAFE_REGEX -> {
        String regex = match.getSafeRegex().getRegex();
        if (regex.indexOf('\n') >= 0) {
          never("a line end", "none: in YAML, > and | put one at the end", walk, "safe_regex");
        } else {
          path(PathRegex.of(regex).start(), walk, "safe_regex");
        }
      }
      default -> {}
    }
  }

  /** Envoy matches what is before the query. Only {@code OPTIONS *} begins without a slash. */
  private static void path(String path, Walk walk, String field) {
    if (!path.isEmpty() && !path.startsWith("/") && !path.startsWith("*")) {
      never("\"" + path + "\"", "a slash at the beginning", walk, field);
    } else if (path.indexOf('?') >= 0) {
      never("\"" + path + "\"", "no query: query_parameters matches it", walk, field);
    } else if (path.indexOf('#') >= 0) {
      never("\"" + path + "\"", "no fragment, which no request has", walk, field);
    }
  }

  /** A domain has one asterisk, at its beginning or at its end. */
  static void host(VirtualHost host, Walk walk) {
    for (int i = 0; i < host.getDomainsCount(); i++) {
      String domain = host.getDomains(i);
      String rest =
          domain.startsWith("*")
              ? domain.substring(1)
              : domain.endsWith("*") ? domain.substring(0, domain.length() - 1) : domain;
      if (rest.indexOf('/') >= 0) {
        never("\"" + domain + "\"", "a host, without scheme and path", walk, "domains", i);
      } else if (rest.indexOf('*') >= 0) {
        never("\"" + domain + "\"", "one *, at the beginning or the end", walk, "domains", i);
      } else if (rest.indexOf(' ') >= 0 || rest.indexOf(',') >= 0) {
        never("\"" + domain + "\"", "one host in each entry", walk, "domains", i);
      }
    }
  }

  static void header(HeaderMatcher matcher, Walk walk) {
    var range = matcher.getRangeMatch();
    if (matcher.hasRangeMatch()
        && !matcher.getInvertMatch()
        && range.getStart() >= range.getEnd()) {
      String found = "[%d, %d)".formatted(range.getStart(), range.getEnd());
      never(found, "start below end", walk, "range_match");
    }
  }

  private static void never(String found, String expected, Walk walk, Object... at) {
    String message = "found %s, which no request matches (expected: %s)";
    walk.found(Rule.NEVER_MATCHES, message.formatted(found, expected), at);
  }

  static void action(RouteAction action, Walk walk) {
    // In a redirect Envoy puts the slash before it.
    if (!action.getPrefixRewrite().isEmpty() && !action.getPrefixRewrite().startsWith("/")) {
      broken(action.getPrefixRewrite(), "a slash at the beginning", walk, "prefix_rewrite");
    }
    substitution(action.getRegexRewrite(), walk, "regex_rewrite");
    substitution(action.getHostRewritePathRegex(), walk, "host_rewrite_path_regex");
  }

  static void redirect(RedirectAction redirect, Walk walk) {
    substitution(redirect.getRegexRewrite(), walk, "regex_rewrite");
    if (redirect.getHostRedirect().indexOf('/') >= 0) {
      broken(
          redirect.getHostRedirect(),
          "a host; scheme_redirect has the scheme",
          walk,
          "host_redirect");
    }
  }

  /** Where a group is not there RE2 changes nothing, and says so in Envoy's log only. */
  private static void substitution(RegexMatchAndSubstitute rewrite, Walk walk, String field) {
    int groups;
    try {
      groups = Pattern.compile(rewrite.getPattern().getRegex()).groupCount();
    } catch (PatternSyntaxException e) {
      return;
    }
    String text = rewrite.getSubstitution();
    for (int i = text.indexOf('\\'); i >= 0; i = text.indexOf('\\', i + 2)) {
      char next = i + 1 < text.length() ? text.charAt(i + 1) : ' ';
      boolean known = next == '\\' || (next >= '0' && next <= '9' && next - '0' <= groups);
      if (!known) {
        String expected = "\\0 to \\%d, or \\\\, as the pattern has %d groups";
        broken(text, expected.formatted(groups, groups), walk, field, "substitution");
        return;
      }
    }
  }

  private static void broken(String found, String expected, Walk walk, Object... at) {
    String message = "found \"%s\" (expected: %s)";
    walk.found(Rule.BROKEN_REWRITE, message.formatted(found, expected), at);
  }
}
