package dev.lish.render;

import dev.lish.model.Locality;
import dev.lish.render.Bootstrap.Server;
import dev.lish.render.Bootstrap.Tls;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@link Bootstrap} from options as text. */
final class BootstrapOptions {
  private static final Set<String> KNOWN =
      Set.of(
          "node-id",
          "node-cluster",
          "metadata",
          "locality",
          "server",
          "tls-ca",
          "tls-cert",
          "tls-key",
          "tls-san",
          "sotw",
          "admin-port",
          "access-log-port");
  private static final int XDS_PORT = 18_000;
  private static final Pattern SERVER =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([A-Za-z0-9._-]+))(?::(\\d{1,5}))?");

  private final Map<String, List<String>> options;

  private BootstrapOptions(Map<String, List<String>> options) {
    this.options = options;
  }

  static Bootstrap parse(Map<String, List<String>> options) {
    for (String name : options.keySet()) {
      if (!KNOWN.contains(name)) {
        throw new IllegalArgumentException(
            name
                + ": unknown (expected: one of "
                + String.join(", ", KNOWN.stream().sorted().toList())
                + ")");
      }
    }
    return new BootstrapOptions(options).parse();
  }

  private Bootstrap parse() {
    Bootstrap.Identity identity =
        new Bootstrap.Identity(
            one("node-id").orElse(""),
            one("node-cluster").orElse(""),
            locality(pairs("locality")),
            pairs("metadata"));
    List<Server> servers =
        all("server").isEmpty()
            ? List.of(new Server("127.0.0.1", XDS_PORT))
            : all("server").stream().map(BootstrapOptions::server).toList();
    return new Bootstrap(
        identity,
        servers,
        tls(),
        flag("sotw"),
        port("admin-port").orElse(9901),
        port("access-log-port"));
  }

  private List<String> all(String name) {
    return options.getOrDefault(name, List.of());
  }

  private Optional<String> one(String name) {
    List<String> values = all(name);
    if (values.size() > 1) {
      throw new IllegalArgumentException(name + ": " + values.size() + " values (expected: one)");
    }
    if (values.contains("")) {
      throw new IllegalArgumentException(name + ": empty (expected: a value, or none of it)");
    }
    return values.stream().findFirst();
  }

  private SortedMap<String, String> pairs(String name) {
    TreeMap<String, String> pairs = new TreeMap<>();
    for (String pair : all(name)) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(name + ": " + pair + " (expected: KEY=VALUE)");
      }
      if (pairs.put(pair.substring(0, equals), pair.substring(equals + 1)) != null) {
        throw new IllegalArgumentException(name + ": " + pair + ": key twice (expected: once)");
      }
    }
    return pairs;
  }

  private static Locality locality(SortedMap<String, String> parts) {
    for (String key : parts.keySet()) {
      if (!List.of("region", "zone", "sub_zone").contains(key)) {
        throw new IllegalArgumentException(
            "locality: " + key + " (expected: region=, zone= or sub_zone=)");
      }
    }
    return new Locality(
        parts.getOrDefault("region", ""),
        parts.getOrDefault("zone", ""),
        parts.getOrDefault("sub_zone", ""));
  }

  private static Server server(String text) {
    Matcher matcher = SERVER.matcher(text);
    int port = 0;
    if (matcher.matches()) {
      port = matcher.group(3) == null ? XDS_PORT : Integer.parseInt(matcher.group(3));
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException(
          "server: " + text + " (expected: HOST:PORT, an IPv6 address in brackets)");
    }
    String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    // Envoy's resolver would answer ::1 first, where Lish does not listen by default.
    return new Server(host.equals("localhost") ? "127.0.0.1" : host, port);
  }

  private Optional<Tls> tls() {
    Optional<String> ca = one("tls-ca");
    Optional<String> certificate = one("tls-cert");
    Optional<String> key = one("tls-key");
    if (certificate.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException(
          (key.isPresent() ? "tls-cert" : "tls-key") + ": missing (expected: both or none)");
    }
    if (ca.isEmpty() && (certificate.isPresent() || !all("tls-san").isEmpty())) {
      // Without it Envoy would not verify whom it talks to.
      throw new IllegalArgumentException("tls-ca: missing (expected: who signed the certificate)");
    }
    return ca.map(c -> new Tls(c, certificate.orElse(""), key.orElse(""), all("tls-san")));
  }

  private boolean flag(String name) {
    String value = one(name).orElse("false");
    if (!value.equals("true") && !value.equals("false")) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: true or false)");
    }
    return value.equals("true");
  }

  private Optional<Integer> port(String name) {
    Optional<String> value = one(name);
    if (value.isPresent()
        && (!value.get().matches("\\d{1,5}") || Integer.parseInt(value.get()) > 65_535)) {
      throw new IllegalArgumentException(name + ": " + value.get() + " (expected: 0..65535)");
    }
    return value.map(Integer::valueOf);
  }
}
