package dev.lish.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.lish.model.ResourceType;
import dev.lish.render.Origin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Small configurations, with what real Envoys say to them.
 *
 * <p>A file holds cases, each after a line {@code #### NAME FOLDER [only-envoy: WHY | only-check:
 * WHY]}. Folders are those of a mesh, and two that spare writing: {@code http} holds a connection
 * manager, {@code http-filters} the configuration of one HTTP filter.
 */
final class Corpus {
  static final Path FOLDER = Path.of("src/test/resources/dev/lish/check");
  private static final Pattern TITLE =
      Pattern.compile("#### (\\S+) (\\S+)(?: (only-envoy|only-check): .+)?");
  private static final Pattern SECTION = Pattern.compile("(?m)^(?=#### )");
  private static final Pattern ABOVE = Pattern.compile(".*#!! (.*)\\n");
  private static final String FILE = "all/%s/case.yaml";
  private static final String HTTP =
      "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

  /** What the cases stand beside, by folder. */
  private static final Map<String, String> BASE =
      Map.of(
          "clusters",
          """
          name: ok
          load_assignment:
            cluster_name: ok
            endpoints:
              - lb_endpoints:
                  - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: 9 } } }
          ---
          name: eds
          type: EDS
          eds_cluster_config: { eds_config: { ads: {}, resource_api_version: V3 } }
          ---
          name: tls
          transport_socket:
            name: tls
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
              common_tls_context:
                tls_certificate_sds_secret_configs:
                  - { name: sds, sds_config: { ads: {}, resource_api_version: V3 } }
          """,
          "endpoints",
          "cluster_name: eds\n",
          "secrets",
          """
          name: sds
          tls_certificate:
            certificate_chain: { from_server: a }
            private_key: { from_server: a }
          """,
          "runtime",
          "name: lish\nlayer: { a: 1 }\n",
          "extensions",
          """
          name: ext
          typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
          """,
          "routes",
          "name: front\n",
          "listeners",
          """
          name: front
          address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
          filter_chains:
            - filters:
                - name: http
                  typed_config:
                    "@type": %s
                    stat_prefix: x
                    rds: { route_config_name: front, config_source: { ads: {}, resource_api_version: V3 } }
                    http_filters:
                      - name: ext
                        config_discovery:
                          config_source: { ads: {}, resource_api_version: V3 }
                          type_urls:
                            - type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
          """
              .formatted(HTTP));

  private Corpus() {}

  /**
   * A case.
   *
   * @param only {@code only-envoy}, {@code only-check} or empty
   */
  record Case(String name, String folder, String only, String text) {
    /** The folder of a mesh that it lies in. */
    String place() {
      return folder.startsWith("http") ? "listeners" : folder;
    }

    String path() {
      return FILE.formatted(place());
    }

    private String content() {
      if (folder.equals("http")) {
        return above(listener()) + indented(text, 10);
      }
      if (folder.equals("http-filters")) {
        return above(
                listener()
                    + """
                        "@type": %s
                        stat_prefix: x
                        route_config: { name: r }
                        http_filters:
                          - name: case
                            typed_config:
              """
                        .formatted(HTTP))
            + indented(text, 16)
            + """
                          - name: router
                            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
              """;
      }
      return text;
    }

    /** A mark {@code #!! rule} on the first line is about the line above it. */
    private String above(String wrapper) {
      Matcher mark = ABOVE.matcher(text);
      return mark.lookingAt() ? wrapper.stripTrailing() + " #! " + mark.group(1) + "\n" : wrapper;
    }

    private String listener() {
      return """
          name: %s
          address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
          filter_chains:
            - filters:
                - name: http
                  typed_config:
          """
          .formatted(name);
    }

    private static String indented(String text, int by) {
      return text.indent(by);
    }

    /** The case beside what it needs. */
    Folder mesh() {
      Folder folder = base(place());
      return folder.with(path(), content());
    }

    /** The resources of the case, by name. */
    Map<String, ByteString> bodies() {
      Map<String, ByteString> bodies = new TreeMap<>();
      new Folder()
          .with(path(), content()).origins(type()).stream()
              .forEach(o -> bodies.put(o.name(), o.body()));
      return bodies;
    }

    ResourceType type() {
      return ResourceType.ofFolder(place()).orElseThrow();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Folder base(String without) {
    Folder folder = new Folder();
    BASE.forEach(
        (name, text) -> {
          boolean shared = name.equals("clusters") || name.equals("listeners");
          if (shared || !name.equals(without)) {
            folder.with("all/" + name + "/base.yaml", text);
          }
        });
    return folder;
  }

  /** What an Envoy has before it is asked of a case. */
  static Map<ResourceType, Map<String, ByteString>> base() {
    Map<ResourceType, Map<String, ByteString>> all = new TreeMap<>();
    Folder folder = base("");
    for (ResourceType type : ResourceType.values()) {
      Map<String, ByteString> bodies = new TreeMap<>();
      for (Origin origin : folder.origins(type)) {
        bodies.put(origin.name(), origin.body());
      }
      all.put(type, bodies);
    }
    return all;
  }

  /** The cases of a folder of files, {@code bad} or {@code good}. */
  static List<Case> read(String folder) {
    List<Case> cases = new ArrayList<>();
    try (Stream<Path> files = Files.list(FOLDER.resolve(folder))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        cases.addAll(parse(Files.readString(file)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    long names = cases.stream().map(Case::name).distinct().count();
    if (names != cases.size()) {
      throw new AssertionError("a name twice among " + cases);
    }
    return cases;
  }

  private static List<Case> parse(String file) {
    List<Case> cases = new ArrayList<>();
    for (String section : SECTION.splitAsStream(file).toList()) {
      if (section.isBlank()) {
        continue;
      }
      int end = section.indexOf('\n');
      Matcher title = TITLE.matcher(section.substring(0, end));
      if (!title.matches()) {
        throw new AssertionError(section.substring(0, end) + " (expected: " + TITLE + ")");
      }
      String only = title.group(3) == null ? "" : title.group(3);
      cases.add(new Case(title.group(1), title.group(2), only, section.substring(end + 1)));
    }
    return cases;
  }

  /** What a version said: name to message, which is empty where it took it. */
  static Map<String, String> recorded(String folder, String version) {
    Map<String, String> said = new TreeMap<>();
    try {
      for (String line : Files.readAllLines(file(folder, version), UTF_8)) {
        int colon = line.indexOf(": ");
        said.put(line.substring(0, colon), line.substring(colon + 2));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return said;
  }

  static Path file(String folder, String version) {
    return FOLDER.resolve(folder).resolve("envoy-" + version + ".txt");
  }
}
