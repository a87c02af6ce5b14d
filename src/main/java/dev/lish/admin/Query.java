package dev.lish.admin;

import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The query of a request; each parameter that is not expected is told, not ignored. */
final class Query {
  private final QueryParams params;

  private Query(QueryParams params) {
    this.params = params;
  }

  /**
   * The query.
   *
   * @param known names; one that ends with a dot stands for all that start with it
   * @throws WrongRequest when there is another parameter, or one is given twice without {@code
   *     many}
   */
  static Query of(ServiceRequestContext ctx, Set<String> known, Set<String> many) {
    QueryParams params = ctx.queryParams();
    for (String name : params.names()) {
      int dot = name.indexOf('.');
      String family = dot > 0 && dot < name.length() - 1 ? name.substring(0, dot + 1) : name;
      boolean bare = name.endsWith(".");
      if (bare || !(known.contains(name) || known.contains(family) || many.contains(name))) {
        Set<String> all = new TreeSet<>(known);
        all.addAll(many);
        throw new WrongRequest("parameter " + name + " (expected: " + all + ")");
      }
      if (!many.contains(name) && params.getAll(name).size() > 1) {
        throw new WrongRequest("parameter " + name + ": given twice (expected: once)");
      }
    }
    return new Query(params);
  }

  static Query of(ServiceRequestContext ctx, String... known) {
    return of(ctx, Set.of(known), Set.of());
  }

  Optional<String> get(String name) {
    return Optional.ofNullable(params.get(name));
  }

  String get(String name, String otherwise) {
    return params.get(name, otherwise);
  }

  List<String> all(String name) {
    return params.getAll(name);
  }

  /** Every parameter that starts with the prefix, without the prefix. */
  Map<String, String> family(String prefix) {
    Map<String, String> found = new TreeMap<>();
    params.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            found.put(name.substring(prefix.length()), value);
          }
        });
    return found;
  }
}
