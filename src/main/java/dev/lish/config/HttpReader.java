package dev.lish.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads what an in-house registry needs. */
final class HttpReader {
  /** Key to default, as JSON pointers within an instance. */
  private static final Map<String, String> FIELDS =
      new TreeMap<>(
          Map.of(
              "id", "/id",
              "address", "/address",
              "port", "/port",
              "health", "/health",
              "weight", "/weight",
              "region", "/region",
              "zone", "/zone",
              "sub_zone", "/sub_zone",
              "tags", "/tags",
              "metadata", "/metadata"));

  private static final List<String> STATES =
      List.of("passing", "warning", "degraded", "critical", "maintenance");

  private HttpReader() {}

  static Optional<RegistryConfig> read(String name, Section http) {
    Optional<URI> url =
        http.parsed(
            "url",
            "",
            "http(s)://HOST[:PORT]/PATH, without user and password",
            HttpReader::address);
    if (!http.has("url")) {
      http.wrong("url", "missing (expected: the address of a JSON document)");
    }
    String header =
        http.parsed(
                "header",
                "authorization",
                "the name of a header",
                v -> Optional.of(v).filter(h -> h.matches("[A-Za-z0-9-]+")))
            .orElse("authorization");
    RegistryConfig.HttpLimits limits =
        new RegistryConfig.HttpLimits(
            http.duration("every", "5s", Duration.ofMillis(100), Duration.ofHours(1)),
            http.duration("timeout", "10s", Duration.ofMillis(100), Duration.ofMinutes(10)),
            http.size("max_bytes", "16MiB", 256L << 20));
    Optional<Secret> token = http.secret("token");
    if (http.has("header") && token.isEmpty()) {
      http.wrong("header", "given without a token (expected: token, token_file or token_env)");
    }
    ClientTls tls = tls(http, url);
    RegistryConfig.HttpMapping mapping = mapping(http.section("map"));
    return url.map(
        u ->
            new RegistryConfig.Http(
                name, u, new RegistryConfig.HttpAccess(header, token, tls), limits, mapping));
  }

  private static Optional<URI> address(String text) {
    try {
      URI uri = new URI(text);
      boolean known = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      return Optional.of(uri)
          .filter(u -> known && u.getHost() != null)
          .filter(u -> u.getUserInfo() == null && u.getFragment() == null);
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /** The address says whether TLS is spoken. */
  private static ClientTls tls(Section http, Optional<URI> url) {
    Optional<Path> trustedCa = http.path("trusted_ca");
    Optional<Path> certificate = http.path("certificate");
    Optional<Path> privateKey = http.path("private_key");
    if (certificate.isPresent() != privateKey.isPresent()) {
      http.require("certificate", "private_key");
    }
    boolean cleartext = url.map(u -> "http".equals(u.getScheme())).orElse(false);
    for (String key : List.of("trusted_ca", "certificate", "private_key")) {
      if (cleartext && http.has(key)) {
        http.wrong(key, "given without TLS (expected: url: https://…)");
      }
    }
    return new ClientTls(trustedCa, certificate, privateKey);
  }

  private static RegistryConfig.HttpMapping mapping(Section map) {
    Optional<String> services = map.parsed("services", "", EXPECTED, HttpReader::pointer);
    Map<String, String> pointers = new TreeMap<>();
    pointers.put("service", pointer(map, "service", "/service"));
    pointers.put("instances", pointer(map, "instances", "/instances"));
    FIELDS.forEach((key, byDefault) -> pointers.put(key, pointer(map, key, byDefault)));
    Map<String, String> words = new TreeMap<>();
    Section states = map.section("states");
    for (String state : STATES) {
      for (String word : states.list(state, "a word of the registry", Optional::of)) {
        String other = words.put(word, state);
        if (other != null) {
          states.wrong(state, word + " is " + other + " too (expected: one of them)");
        }
      }
    }
    states.done();
    map.done();
    return new RegistryConfig.HttpMapping(services, pointers, words);
  }

  private static final String EXPECTED =
      "a JSON pointer such as /data/instances, or \"\" for the whole document";

  private static String pointer(Section map, String key, String byDefault) {
    return map.parsed(key, byDefault, EXPECTED, HttpReader::pointer).orElse(byDefault);
  }

  /** RFC 6901: a tilde begins ~0 or ~1. */
  private static Optional<String> pointer(String text) {
    return Optional.of(text).filter(t -> t.matches("(/([^/~]|~[01])*)*"));
  }
}
