package dev.lish.check;

import dev.lish.model.Nearest;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.RequirementRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Names within a JWT filter that lead nowhere. */
final class JwtRules {
  private final Set<String> providers;
  private final Walk walk;

  private JwtRules(Set<String> providers, Walk walk) {
    this.providers = providers;
    this.walk = walk;
  }

  static void look(JwtAuthentication filter, Walk walk) {
    JwtRules rules = new JwtRules(filter.getProvidersMap().keySet(), walk);
    filter
        .getProvidersMap()
        .forEach((name, provider) -> Keys.look(name, provider.getLocalJwks(), walk));
    for (int i = 0; i < filter.getRulesCount(); i++) {
      RequirementRule rule = filter.getRules(i);
      List<Object> at = List.of("rules", i);
      rules.requirement(rule.getRequires(), with(at, "requires"));
      String name = rule.getRequirementName();
      if (!name.isEmpty() && !filter.containsRequirementMap(name)) {
        rules.unknown(
            name,
            "requirement_map",
            filter.getRequirementMapMap().keySet(),
            with(at, "requirement_name"));
      }
    }
    filter
        .getRequirementMapMap()
        .forEach((name, one) -> rules.requirement(one, List.of("requirement_map", name)));
    filter
        .getFilterStateRules()
        .getRequiresMap()
        .forEach(
            (name, one) -> rules.requirement(one, List.of("filter_state_rules", "requires", name)));
  }

  private void requirement(JwtRequirement requirement, List<Object> at) {
    switch (requirement.getRequiresTypeCase()) {
      case PROVIDER_NAME -> provider(requirement.getProviderName(), with(at, "provider_name"));
      case PROVIDER_AND_AUDIENCES ->
          provider(
              requirement.getProviderAndAudiences().getProviderName(),
              with(at, "provider_and_audiences", "provider_name"));
      case REQUIRES_ANY -> {
        for (int i = 0; i < requirement.getRequiresAny().getRequirementsCount(); i++) {
          requirement(
              requirement.getRequiresAny().getRequirements(i),
              with(at, "requires_any", "requirements", i));
        }
      }
      case REQUIRES_ALL -> {
        for (int i = 0; i < requirement.getRequiresAll().getRequirementsCount(); i++) {
          requirement(
              requirement.getRequiresAll().getRequirements(i),
              with(at, "requires_all", "requirements", i));
        }
      }
      default -> {}
    }
  }

  private void provider(String name, List<Object> at) {
    if (!providers.contains(name)) {
      unknown(name, "providers", providers, at);
    }
  }

  private void unknown(String name, String where, Set<String> known, List<Object> at) {
    walk.found(
        Rule.UNKNOWN_NAME,
        "found \"%s\" (expected: one of %s%s)"
            .formatted(name, where, Nearest.question(name, known)),
        at.toArray());
  }

  private static List<Object> with(List<Object> at, Object... more) {
    List<Object> all = new ArrayList<>(at);
    all.addAll(List.of(more));
    return all;
  }
}
