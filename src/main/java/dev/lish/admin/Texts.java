package dev.lish.admin;

import dev.lish.model.Resource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What others print.
 *
 * @param metrics every meter, in the format that an {@code Accept} header asks for
 * @param json a resource as proto3 JSON, secrets redacted
 * @param bootstrap an Envoy bootstrap as YAML, for the options that {@link
 *     dev.lish.render.Bootstrap#parse} knows; an {@link IllegalArgumentException} says what is
 *     wrong with them
 */
public record Texts(
    Function<String, Page> metrics,
    Function<Resource, String> json,
    Function<Map<String, List<String>>, String> bootstrap) {

  /** A text with its type. */
  public record Page(String contentType, String body) {}
}
