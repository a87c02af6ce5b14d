package dev.lish.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.lish.model.Problem;
import dev.lish.model.ProblemKind;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.SnapshotKey;
import dev.lish.source.Inputs;
import dev.lish.source.MeshFolder;
import dev.lish.source.Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Each folder under {@code src/test/resources/mesh} is a case: {@code in/} is the mesh folder,
 * {@code case.yaml} the rest of the inputs, {@code expected.txt} the outcome. {@code
 * -Dlish.golden=update} writes the latter anew.
 */
class RenderGoldenTest {
  private static final Path CASES = Path.of("src/test/resources/mesh");
  private static final Base64.Encoder BASE64 = Base64.getEncoder();
  private static final Pattern TYPE_URL = Pattern.compile("type\\.googleapis\\.com/([\\w.]+)");
  private static final TypeRegistry TYPES = typesOfAllCases();

  /** Every message that some case names. */
  private static TypeRegistry typesOfAllCases() {
    TypeRegistry.Builder registry = TypeRegistry.newBuilder();
    try (Stream<Path> all = Files.walk(CASES)) {
      for (Path file : all.filter(path -> path.toString().contains("/in/")).toList()) {
        if (Files.isRegularFile(file)) {
          Matcher url = TYPE_URL.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
          while (url.find()) {
            MessageTypes.builtIn().find(url.group(1)).ifPresent(registry::add);
          }
        }
      }
      return registry.build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> cases() throws IOException {
    try (Stream<Path> folders = Files.list(CASES)) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void rendersAsExpected(String name) throws IOException {
    Path folder = CASES.resolve(name);
    Renderer renderer = new Renderer(MessageTypes.builtIn());
    String outcome = describe(renderer.render(inputs(folder), Optional.empty()));
    Path expected = folder.resolve("expected.txt");
    if ("update".equals(System.getProperty("lish.golden"))) {
      Files.writeString(expected, outcome);
    }
    assertThat(outcome).isEqualTo(Files.readString(expected));
    // What the renderer keeps from the first render changes nothing in the second.
    assertThat(describe(renderer.render(inputs(folder), Optional.empty()))).isEqualTo(outcome);
  }

  static Inputs inputs(Path folder) throws IOException {
    TreeMap<String, ByteString> files = new TreeMap<>();
    Path in = folder.resolve("in");
    try (Stream<Path> all = Files.walk(in)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(
            in.relativize(file).toString().replace('\\', '/'),
            ByteString.copyFrom(Files.readAllBytes(file)));
      }
    }
    ProblemSink sink = new ProblemSink();
    Text text = new Text("case.yaml", Files.readString(folder.resolve("case.yaml")), false);
    YamlValues values = new YamlValues(text, sink, ProblemKind.BAD_VALUE);
    Map<String, Node> fields =
        values.fields(
            YamlText.parse(text, sink).get(0),
            "case",
            "stage",
            "registries",
            "services",
            "secrets",
            "offline");
    TreeMap<String, Set<String>> registries = new TreeMap<>();
    entries(values, fields, "registries")
        .forEach((key, node) -> registries.put(key, Set.copyOf(values.strings(node, key))));
    TreeMap<String, List<Service>> services = new TreeMap<>();
    entries(values, fields, "services")
        .forEach(
            (key, node) ->
                services.put(
                    key,
                    values.list(node, key).stream().map(each -> service(values, each)).toList()));
    TreeMap<String, ByteString> secrets = new TreeMap<>();
    entries(values, fields, "secrets")
        .forEach(
            (key, node) ->
                secrets.put(key, ByteString.copyFromUtf8(values.string(node, key).orElseThrow())));
    Inputs inputs =
        new Inputs(
            text(values, fields, "stage"),
            new MeshFolder(new Revision(7), files),
            services,
            registries,
            secrets,
            fields.containsKey("offline"));
    assertThat(sink.sorted()).isEmpty();
    return inputs;
  }

  private static Map<String, Node> entries(
      YamlValues values, Map<String, Node> fields, String key) {
    return fields.containsKey(key) ? values.entries(fields.get(key), key) : Map.of();
  }

  private static String text(YamlValues values, Map<String, Node> fields, String key) {
    return values.string(Objects.requireNonNull(fields.get(key), key), key).orElseThrow();
  }

  private static Service service(YamlValues values, Node node) {
    Map<String, Node> fields = values.fields(node, "service", "name", "tags", "metadata");
    TreeMap<String, String> metadata = new TreeMap<>();
    entries(values, fields, "metadata")
        .forEach((key, value) -> metadata.put(key, values.string(value, key).orElseThrow()));
    return new Service(
        text(values, fields, "name"),
        fields.containsKey("tags")
            ? new TreeSet<>(values.strings(fields.get("tags"), "tags"))
            : new TreeSet<>(),
        metadata);
  }

  static String describe(Rendering rendering) {
    List<String> lines =
        rendering.match(
            RenderGoldenTest::done,
            waiting -> List.of("waiting for " + waiting.registries()),
            refused -> {
              assertThat(refused.problems()).anyMatch(Problem::isError).isSorted();
              List<String> all = new ArrayList<>(List.of("refused"));
              refused.problems().forEach(problem -> all.add(problem.toString()));
              return all;
            });
    return String.join("\n", lines) + "\n";
  }

  private static List<String> done(Rendering.Done done) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "done: stage " + done.rendered().stage() + ", catalogs " + done.rendered().catalogs());
    done.warnings().forEach(warning -> lines.add(warning.toString()));
    assertThat(done.warnings()).noneMatch(Problem::isError);
    for (Map.Entry<SnapshotKey, Rendered.Group> group : done.rendered().groups().entrySet()) {
      lines.add("");
      lines.add("== " + group.getKey());
      group
          .getValue()
          .resources()
          .values()
          .forEach(
              byName ->
                  byName
                      .values()
                      .forEach(
                          resource ->
                              lines.add(
                                  "%s %s (%s) %s"
                                      .formatted(
                                          resource.type().label(),
                                          resource.name(),
                                          resource.path(),
                                          json(resource)))));
      group.getValue().endpoints().values().forEach(spec -> lines.add(describe(spec)));
    }
    return lines;
  }

  private static String describe(EndpointSpec spec) {
    return spec.queries().isEmpty()
        ? "endpoints %s (%s) %s".formatted(spec.name(), spec.path(), json(spec.assign(Map.of())))
        : "endpoints %s (%s) from %s"
            .formatted(
                spec.name(),
                spec.path(),
                spec.queries().stream().map(Object::toString).sorted().toList());
  }

  static String json(Resource resource) {
    try {
      Message message = parse(resource.type(), resource.body());
      return JsonFormat.printer()
          .usingTypeRegistry(TYPES)
          .omittingInsignificantWhitespace()
          .print(message)
          .replace(BASE64.encodeToString(Placeholder.PEM.toByteArray()), "the placeholder");
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(resource.toString(), e);
    }
  }

  private static Message parse(ResourceType type, ByteString body)
      throws InvalidProtocolBufferException {
    return MessageTypes.builtIn()
        .newBuilder(MessageTypes.builtIn().find(type.messageName()).orElseThrow())
        .mergeFrom(body)
        .build();
  }
}
