package dev.lish.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.envoyproxy.envoy.config.core.v3.DataSource;

/** A set of keys that is written into a JWT filter (RFC 7517, 5). */
final class Keys {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Keys() {}

  /** Looks at the keys of a provider, where they are written out. */
  static void look(String provider, DataSource source, Walk walk) {
    if (!source.hasInlineString() && !source.hasInlineBytes()) {
      return;
    }
    String found = found(FilterRules.text(source));
    if (!found.isEmpty()) {
      walk.found(
          Rule.BAD_SETTING,
          "found %s (expected: {\"keys\": […]}, with kty in each)".formatted(found),
          "providers",
          provider,
          "local_jwks");
    }
  }

  private static String found(String text) {
    JsonNode set;
    try {
      set = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return "no JSON";
    }
    JsonNode keys = set.path("keys");
    if (keys.isMissingNode()) {
      return "no keys";
    }
    if (!keys.isArray()) {
      return "keys that are no list";
    }
    for (JsonNode key : keys) {
      if (key.path("kty").isTextual()) {
        return "";
      }
    }
    return keys.isEmpty() ? "no key" : "no key with a kty";
  }
}
