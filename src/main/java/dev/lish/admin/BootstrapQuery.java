package dev.lish.admin;

import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The query of {@code /api/v1/bootstrap} as the options of {@code lish bootstrap}: {@code node_id}
 * is {@code node-id}, and {@code metadata.stage=beta} is {@code metadata} = {@code stage=beta}.
 */
final class BootstrapQuery {
  private static final Set<String> ONCE =
      Set.of(
          "node_id",
          "node_cluster",
          "sotw",
          "tls_ca",
          "tls_cert",
          "tls_key",
          "admin_port",
          "access_log_port");
  private static final Set<String> MANY = Set.of("server", "tls_san");
  private static final Set<String> FAMILIES = Set.of("metadata", "locality");

  private BootstrapQuery() {}

  static Map<String, List<String>> options(ServiceRequestContext ctx) {
    Query query = Query.of(ctx, known(), MANY);
    Map<String, List<String>> options = new LinkedHashMap<>();
    for (String name : ONCE) {
      query.get(name).ifPresent(value -> options.put(option(name), List.of(value)));
    }
    if (query.get("sotw", "-").isEmpty()) {
      // As on the command line, the bare flag means true.
      options.put("sotw", List.of("true"));
    }
    for (String name : MANY) {
      if (!query.all(name).isEmpty()) {
        options.put(option(name), query.all(name));
      }
    }
    for (String name : FAMILIES) {
      List<String> pairs =
          query.family(name + ".").entrySet().stream()
              .map(pair -> pair.getKey() + "=" + pair.getValue())
              .toList();
      if (!pairs.isEmpty()) {
        options.put(option(name), pairs);
      }
    }
    return options;
  }

  private static Set<String> known() {
    Set<String> known = new HashSet<>(ONCE);
    FAMILIES.forEach(family -> known.add(family + "."));
    return known;
  }

  private static String option(String parameter) {
    return parameter.replace('_', '-');
  }
}
