package dev.lish.testing;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Says where a document breaks a schema of <a
 * href="https://json-schema.org/draft-04/json-schema-validation">JSON Schema, draft 4</a>. A
 * keyword that it does not know is an error, so that it can miss nothing.
 */
public final class JsonSchema {
  private static final Set<String> NOTES =
      Set.of("$schema", "title", "id", "description", "default", "definitions");

  private final JsonNode root;
  private final List<String> wrong = new ArrayList<>();

  private JsonSchema(JsonNode root) {
    this.root = root;
  }

  /** What is wrong, each with its place; empty when nothing is. */
  public static List<String> wrong(JsonNode schema, JsonNode document) {
    JsonSchema check = new JsonSchema(schema);
    check.look(schema, document, "");
    return check.wrong;
  }

  private void look(JsonNode schema, JsonNode value, String at) {
    schema
        .properties()
        .forEach(keyword -> look(schema, keyword.getKey(), keyword.getValue(), value, at));
  }

  private void look(JsonNode schema, String keyword, JsonNode rule, JsonNode value, String at) {
    switch (keyword) {
      case "$ref" -> look(root.at(rule.asText().substring(1)), value, at);
      case "type" -> {
        boolean any = rule.isTextual() && isOf(rule.asText(), value);
        for (JsonNode one : rule) {
          any |= isOf(one.asText(), value);
        }
        expect(any, at, "type " + rule);
      }
      case "enum" -> {
        boolean any = false;
        for (JsonNode one : rule) {
          any |= one.equals(value);
        }
        expect(any, at, "one of " + rule);
      }
      case "minimum" ->
          expect(!value.isNumber() || value.asDouble() >= rule.asDouble(), at, "from " + rule);
      case "maximum" ->
          expect(!value.isNumber() || value.asDouble() <= rule.asDouble(), at, "up to " + rule);
      case "minItems" -> expect(!value.isArray() || value.size() >= rule.asInt(), at, "entries");
      case "uniqueItems" -> {
        Set<JsonNode> distinct = new HashSet<>();
        value.forEach(distinct::add);
        expect(
            !value.isArray() || !rule.asBoolean() || distinct.size() == value.size(),
            at,
            "entries that differ");
      }
      case "items" -> {
        for (int i = 0; value.isArray() && i < value.size(); i++) {
          look(rule, value.get(i), at + "/" + i);
        }
      }
      case "pattern" ->
          expect(
              !value.isTextual() || Pattern.compile(rule.asText()).matcher(value.asText()).find(),
              at,
              "a match of " + rule);
      case "format" -> expect(!value.isTextual() || isFormat(rule, value), at, "a " + rule);
      case "required" ->
          rule.forEach(
              name -> expect(!value.isObject() || value.has(name.asText()), at, "" + name));
      case "properties" ->
          rule.properties()
              .forEach(
                  property -> {
                    if (value.has(property.getKey())) {
                      look(
                          property.getValue(),
                          value.get(property.getKey()),
                          at + "/" + property.getKey());
                    }
                  });
      case "additionalProperties" -> additional(schema, rule, value, at);
      case "anyOf", "oneOf" -> {
        int fits = 0;
        for (JsonNode one : rule) {
          JsonSchema own = new JsonSchema(root);
          own.look(one, value, at);
          fits += own.wrong.isEmpty() ? 1 : 0;
        }
        expect(keyword.equals("anyOf") ? fits > 0 : fits == 1, at, keyword + " " + rule);
      }
      default -> {
        if (!NOTES.contains(keyword)) {
          throw new AssertionError("the schema has \"" + keyword + "\" (expected: draft 4)");
        }
      }
    }
  }

  private void additional(JsonNode schema, JsonNode rule, JsonNode value, String at) {
    if (!value.isObject()) {
      return;
    }
    value
        .properties()
        .forEach(
            field -> {
              if (schema.path("properties").has(field.getKey())) {
                return;
              }
              if (rule.isObject()) {
                look(rule, field.getValue(), at + "/" + field.getKey());
              } else {
                expect(rule.asBoolean(), at + "/" + field.getKey(), "no such property");
              }
            });
  }

  private static boolean isOf(String type, JsonNode value) {
    return switch (type) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "boolean" -> value.isBoolean();
      case "integer" -> value.isIntegralNumber();
      case "number" -> value.isNumber();
      case "null" -> value.isNull();
      default -> throw new AssertionError("type " + type);
    };
  }

  private static boolean isFormat(JsonNode rule, JsonNode value) {
    if (!rule.asText().startsWith("uri")) {
      return true;
    }
    try {
      URI uri = URI.create(value.asText());
      return rule.asText().equals("uri-reference") || uri.isAbsolute();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void expect(boolean holds, String at, String expected) {
    if (!holds) {
      wrong.add((at.isEmpty() ? "/" : at) + " (expected: " + expected + ")");
    }
  }
}
