package dev.lish.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.model.ResourceType;
import dev.lish.testing.Envoys;
import dev.lish.testing.Envoys.Envoy;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The lists of extensions and of command operators are what the Envoys say. {@code
 * -Dlish.record=true} writes the extensions anew.
 */
class ListsEnvoyIT {
  private static final Path EXTENSIONS =
      Path.of("src/main/resources/dev/lish/check/extensions.txt");
  private static final String UNKNOWN = "Not supported field in StreamInfo";

  @Test
  void extensionsAreThoseThatTheEnvoysNameThemselves() throws Exception {
    Map<String, Set<String>> said = new TreeMap<>();
    for (Envoy envoy : Envoys.oldestAndNewest()) {
      try (AskedEnvoy asked = asked(envoy)) {
        ask(asked, "%PROTOCOL%");
        asked
            .node()
            .getExtensionsList()
            .forEach(
                extension ->
                    extension
                        .getTypeUrlsList()
                        .forEach(
                            type ->
                                said.computeIfAbsent(type, t -> new TreeSet<>())
                                    .add(extension.getCategory())));
      }
    }
    if (Boolean.getBoolean("lish.record")) {
      record(said);
    }
    Map<String, Set<String>> listed = new TreeMap<>();
    Extensions.known().forEach((type, kinds) -> listed.put(type, new TreeSet<>(kinds)));
    assertThat(listed).isEqualTo(said);
  }

  @Test
  void operatorsTakeWhatTheListSays() throws Exception {
    List<String> wrong = new ArrayList<>();
    Set<String> unknown = new TreeSet<>(Operators.known().keySet());
    for (Envoy envoy : Envoys.oldestAndNewest()) {
      boolean newest = envoy.equals(Envoys.newest());
      try (AskedEnvoy asked = asked(envoy)) {
        for (String name : Operators.known().keySet()) {
          if (ask(asked, "%" + name + "%").startsWith(UNKNOWN)) {
            continue;
          }
          unknown.remove(name);
          for (String form : List.of("%N%", "%N(a)%", "%N:5%", "%N(a):5%")) {
            String said = ask(asked, form.replace("N", name));
            boolean refused = !found(name, form).isEmpty();
            // What the older one refuses besides is its own; the list is the newest one's.
            if (refused && said.isEmpty() && newest) {
              wrong.add(envoy + " takes " + form.replace("N", name));
            }
          }
        }
      }
    }
    assertThat(unknown).isEmpty();
    assertThat(wrong).isEmpty();
  }

  private static String found(String name, String form) {
    String parameter = form.contains("(") ? "a" : "";
    return Operators.broken(name, parameter, form.contains(":") ? "5" : "", false).orElse("");
  }

  private static AskedEnvoy asked(Envoy envoy) {
    Map<ResourceType, Map<String, ByteString>> base = Corpus.base();
    ByteString secret = base.getOrDefault(ResourceType.SECRET, Map.of()).get("sds");
    return new AskedEnvoy(envoy, base, (type, name) -> type == ResourceType.SECRET ? secret : null);
  }

  private static String ask(AskedEnvoy envoy, String format) throws AskedEnvoy.Crashed {
    HeaderValue header = HeaderValue.newBuilder().setKey("x").setValue(format).build();
    RouteConfiguration routes =
        RouteConfiguration.newBuilder()
            .setName("front")
            .addRequestHeadersToAdd(HeaderValueOption.newBuilder().setHeader(header))
            .build();
    return envoy.ask(ResourceType.ROUTE, Map.of("front", routes.toByteString()));
  }

  private static void record(Map<String, Set<String>> said) throws IOException {
    StringBuilder lines = new StringBuilder();
    said.forEach((type, kinds) -> lines.append(type + " " + String.join(" ", kinds) + "\n"));
    Files.writeString(EXTENSIONS, lines, UTF_8);
  }
}
