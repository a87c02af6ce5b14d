package dev.lish.admin;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import dev.lish.model.Problem;
import dev.lish.source.Commit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The examples in {@code docs/api.md} have the keys of real answers. */
class ApiDocsIT {
  @RegisterExtension static final ServedAdmin ADMIN = new ServedAdmin();

  /** A paragraph, and the example right after it. */
  private static final Pattern EXAMPLE =
      Pattern.compile("(?m)^((?:[^\\n]+\\n)+)```json\\n(.*?)\\n```", Pattern.DOTALL);

  /** The keys of these are data. */
  private static final Set<String> MAPS =
      Set.of("by", "types", "resources", "files", "flags", "catalogs", "metadata");

  /** How the paragraph starts, and the answer that its example stands for. */
  private static Map<String, Supplier<AggregatedHttpResponse>> answers() {
    Map<String, Supplier<AggregatedHttpResponse>> all = new TreeMap<>();
    for (String path :
        List.of(
            "status",
            "nodes",
            "problems",
            "catalogs",
            "sources",
            "delivery",
            "access-logs",
            "traffic",
            "traffic/edges",
            "drains",
            "guard",
            "log-level")) {
      all.put("`GET /api/v1/" + path + "`", () -> ADMIN.get("/api/v1/" + path));
    }
    all.put(
        "`GET /api/v1/guard/what-if?",
        () -> ADMIN.get("/api/v1/guard/what-if?cluster=payments&add=40"));
    all.put("`GET /api/v1/nodes/{id}`", () -> ADMIN.get("/api/v1/nodes/edge/1"));
    all.put("`GET /api/v1/nodes/{id}/config`", () -> ADMIN.get("/api/v1/nodes/edge/1/config"));
    all.put("`GET /api/v1/mesh/{revision}`", () -> ADMIN.get("/api/v1/mesh/7"));
    String snapshot = "/api/v1/snapshots/release/edge?locality.zone=tokyo-1";
    all.put("`GET /api/v1/snapshots/{stage}/{group}?", () -> ADMIN.get(snapshot));
    all.put(
        "`GET /readyz`",
        () ->
            ADMIN
                .client(true)
                .execute(
                    RequestHeaders.of(HttpMethod.GET, "/readyz", "accept", "application/json")));
    String level = "/api/v1/log-level?logger=dev.lish.docs&level=debug";
    all.put("`POST /api/v1/log-level?", () -> ADMIN.post(level, ""));
    all.put("Each but the last", () -> ADMIN.post("/api/v1/delivery/resume", "{}"));
    all.put(
        "or, with status 422",
        () -> {
          ADMIN.answer(new Commit.Rejected(List.of(Problem.error("a.yaml", 1, "bad"))));
          return ADMIN.post("/api/v1/delivery/resume", "{}");
        });
    return all;
  }

  private static String docs() throws IOException {
    return Files.readString(Path.of("docs/api.md"));
  }

  @Test
  void examplesHaveTheKeysOfRealAnswers() throws IOException {
    ADMIN.notReady.add("registry consul: refused");
    Map<String, Supplier<AggregatedHttpResponse>> answers = answers();
    Set<String> seen = new TreeSet<>();
    Matcher example = EXAMPLE.matcher(docs());
    while (example.find()) {
      String paragraph = example.group(1);
      List<String> starts = answers.keySet().stream().filter(paragraph::startsWith).toList();
      assertThat(starts).as(paragraph).hasSize(1);
      seen.add(starts.get(0));
      String real = requireNonNull(answers.get(starts.get(0))).get().contentUtf8();
      assertThat(keys(Json.tree(example.group(2)))).as(paragraph).isEqualTo(keys(Json.tree(real)));
    }
    assertThat(seen).isEqualTo(answers.keySet());
  }

  @Test
  void everyEndpointIsDescribed() throws IOException {
    String docs = docs();

    assertThat(ADMIN.paths())
        .isNotEmpty()
        .allSatisfy(path -> assertThat(docs).contains(path.replaceAll(":[*]?([a-z]+)", "{$1}")));
  }

  private static Set<String> keys(JsonNode json) {
    Set<String> keys = new TreeSet<>();
    collect("", json, false, keys);
    return keys;
  }

  private static void collect(String path, JsonNode json, boolean data, Set<String> keys) {
    json.properties()
        .forEach(
            field -> {
              String child = path + "/" + (data ? "*" : field.getKey());
              keys.add(child);
              collect(child, field.getValue(), MAPS.contains(field.getKey()), keys);
            });
    if (json.isArray()) {
      json.forEach(element -> collect(path, element, false, keys));
    }
  }
}
