package dev.lish.check;

import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Templates of paths, such as {@code /users/{id}/**}, and what they are rewritten to. */
final class PathTemplates {
  /** What stands between the braces and the slashes. */
  private static final Pattern LITERAL = Pattern.compile("[-a-zA-Z0-9._~%!$&'()+,;:@=*]*");

  private static final Pattern VARIABLE = Pattern.compile("\\{([^{}]*)}");

  private PathTemplates() {}

  static void match(UriTemplateMatchConfig config, Walk walk) {
    String template = config.getPathTemplate();
    if (!template.isEmpty()) {
      MatchTemplate.wrong(template)
          .ifPresent(expected -> wrong(template, expected, walk, "path_template"));
    }
  }

  static void rewrite(UriTemplateRewriteConfig config, Walk walk) {
    String template = config.getPathTemplateRewrite();
    if (!template.isEmpty()) {
      wrongRewrite(template)
          .ifPresent(expected -> wrong(template, expected, walk, "path_template_rewrite"));
    }
  }

  private static void wrong(String template, String expected, Walk walk, String field) {
    walk.found(
        Rule.BAD_SETTING, "found \"%s\" (expected: %s)".formatted(template, expected), field);
  }

  /** A rewrite takes its variables from the match. */
  static void route(Route route, Walk walk) {
    Optional<String> to =
        Extensions.as(
                UriTemplateRewriteConfig.class,
                route.getRoute().getPathRewritePolicy().getTypedConfig())
            .map(UriTemplateRewriteConfig::getPathTemplateRewrite);
    if (to.isEmpty()) {
      return;
    }
    Object[] at = {"route", "path_rewrite_policy"};
    Optional<String> from =
        Extensions.as(
                UriTemplateMatchConfig.class,
                route.getMatch().getPathMatchPolicy().getTypedConfig())
            .map(UriTemplateMatchConfig::getPathTemplate);
    if (from.isEmpty()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found a template without one in match.path_match_policy (expected: both)",
          at);
      return;
    }
    Set<String> unknown = names(to.get());
    unknown.removeAll(names(from.get()));
    if (!unknown.isEmpty() && wrongRewrite(to.get()).isEmpty()) {
      walk.found(
          Rule.UNKNOWN_NAME,
          "found {%s} (expected: a variable of \"%s\")"
              .formatted(String.join("}, {", unknown), from.get()),
          at);
    }
  }

  private static Set<String> names(String template) {
    Set<String> names = new LinkedHashSet<>();
    Matcher variable = VARIABLE.matcher(template);
    while (variable.find()) {
      names.add(name(variable.group(1)));
    }
    return names;
  }

  private static String name(String inBraces) {
    int equals = inBraces.indexOf('=');
    return equals < 0 ? inBraces : inBraces.substring(0, equals);
  }

  private static Optional<String> wrongRewrite(String template) {
    for (String name : names(template)) {
      if (!MatchTemplate.NAME.matcher(name).matches()) {
        return Optional.of("names of variables of letters, digits and _");
      }
    }
    Matcher variable = VARIABLE.matcher(template);
    while (variable.find()) {
      if (variable.group(1).contains("=")) {
        return Optional.of("{%s}, without a pattern".formatted(name(variable.group(1))));
      }
    }
    return form(template);
  }

  private static Optional<String> form(String template) {
    if (!template.startsWith("/")) {
      return Optional.of("a slash at the start");
    }
    if (template.contains("//")) {
      return Optional.of("no empty part between slashes");
    }
    String rest = VARIABLE.matcher(template).replaceAll("");
    if (rest.indexOf('{') >= 0 || rest.indexOf('}') >= 0) {
      return Optional.of("braces in pairs, and none within others");
    }
    return LITERAL.matcher(rest.replace("/", "")).matches()
        ? Optional.empty()
        : Optional.of("characters that a path can have, and no query");
  }
}
