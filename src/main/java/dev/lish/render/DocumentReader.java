package dev.lish.render;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.lish.guard.ClusterRules;
import dev.lish.guard.Joining;
import dev.lish.model.Nearest;
import dev.lish.model.ProblemKind;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Takes the text of a resource file, gives its documents. */
final class DocumentReader {
  private static final String TYPE = "@type";
  private static final String DISCOVER = "discover";

  private final MessageTypes types;
  private final ServerSecrets secrets;

  DocumentReader(MessageTypes types, ServerSecrets secrets) {
    this.types = types;
    this.secrets = secrets;
  }

  /** The documents of a file; one with a Problem is left out. */
  List<Document> read(ResourceFile file, Text text, ProblemSink sink) {
    YamlValues values = new YamlValues(text, sink, ProblemKind.BAD_VALUE);
    List<Document> documents = new ArrayList<>();
    for (Node node : YamlText.parse(text, sink)) {
      ServerSecrets.warnOfKeys(node, values);
      if (node instanceof MappingNode map) {
        type(file, map, values).flatMap(t -> read(t, map, values)).ifPresent(documents::add);
      } else {
        values.mismatch(node, "resource", "a map");
      }
    }
    return documents;
  }

  /** What the document says that it is, else what its folder says. */
  private static Optional<ResourceType> type(
      ResourceFile file, MappingNode map, YamlValues values) {
    Optional<Node> written = Nodes.get(map, TYPE);
    if (written.isEmpty()) {
      if (file.type().isEmpty()) {
        values.report(
            ProblemKind.UNKNOWN_TYPE,
            map,
            "no type (expected: a file in a folder named %s, or @type: type.googleapis.com/…)"
                .formatted(folders()));
      }
      return file.type();
    }
    Optional<String> url = values.string(written.get(), TYPE);
    Optional<ResourceType> type = url.flatMap(ResourceType::ofTypeUrl);
    if (url.isPresent() && type.isEmpty()) {
      List<String> known =
          Arrays.stream(ResourceType.values()).map(ResourceType::typeUrl).sorted().toList();
      values.report(
          ProblemKind.UNKNOWN_TYPE,
          written.get(),
          "@type: \"%s\" is no resource (expected: one of %s)%s"
              .formatted(url.get(), String.join(", ", known), Nearest.question(url.get(), known)));
    }
    return type;
  }

  private static String folders() {
    return Arrays.stream(ResourceType.values())
        .map(ResourceType::folder)
        .collect(Collectors.joining(", "));
  }

  private Optional<Document> read(ResourceType type, MappingNode written, YamlValues values) {
    int before = values.sink().errorCount();
    MappingNode map = Nodes.without(written, TYPE);
    List<Optional<Document.Discover>> discovered = List.of();
    if (type == ResourceType.ENDPOINT && Nodes.get(map, "endpoints").isPresent()) {
      Node endpoints = Nodes.get(map, "endpoints").get();
      if (endpoints instanceof SequenceNode list) {
        discovered = list.getValue().stream().map(item -> discover(item, values)).toList();
        List<Node> others =
            list.getValue().stream().filter(item -> Nodes.get(item, DISCOVER).isEmpty()).toList();
        map = Nodes.replace(map, "endpoints", Nodes.with(list, others));
      }
    }
    Optional<Message> message = parse(type, map, values);
    if (message.isEmpty() || values.sink().errorCount() > before) {
      return Optional.empty();
    }
    String nameField = type == ResourceType.ENDPOINT ? "cluster_name" : "name";
    FieldDescriptor field = message.get().getDescriptorForType().findFieldByName(nameField);
    String name = String.valueOf(message.get().getField(field));
    if (name.isEmpty()) {
      values.report(
          ProblemKind.NO_NAME,
          map,
          "no " + nameField + " (expected: the name that Envoy knows it by)");
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Document(
              values.text(),
              YamlText.line(map),
              type,
              name,
              content(type, name, message.get(), discovered, map, values)));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a message cannot be read back from its own bytes", e);
    }
  }

  private Optional<Message> parse(ResourceType type, Node node, YamlValues values) {
    Descriptor message =
        types
            .find(type.messageName())
            .orElseThrow(() -> new IllegalStateException("no message " + type.messageName()));
    return new ProtoReader(types, values.text(), values.sink(), secrets.field(node, values))
        .read(message, node);
  }

  private static Document.Content content(
      ResourceType type,
      String name,
      Message message,
      List<Optional<Document.Discover>> discovered,
      MappingNode map,
      YamlValues values)
      throws InvalidProtocolBufferException {
    if (type == ResourceType.ENDPOINT) {
      return assignment(ClusterLoadAssignment.parseFrom(ProtoReader.bytes(message)), discovered);
    }
    Text text = values.text();
    int line = text.fileLine(YamlText.line(map));
    Resource resource = Resource.of(type, name, ProtoReader.bytes(message), text.path(), line);
    if (type == ResourceType.SECRET) {
      checkPairs(Secret.parseFrom(resource.body()), map, values);
    }
    return type == ResourceType.CLUSTER
        ? new Document.Cluster(resource, eds(resource, map))
        : new Document.Done(resource);
  }

  /** Files are renewed one after the other: a half renewed pair waits for its other half. */
  private static void checkPairs(Secret secret, MappingNode map, YamlValues values) {
    TlsCertificate tls = secret.getTlsCertificate();
    if (CertificateKey.surelyForeign(
        content(tls.getCertificateChain()), content(tls.getPrivateKey()))) {
      Optional<Node> at =
          Nodes.get(map, "tls_certificate").flatMap(node -> Nodes.get(node, "private_key"));
      values.report(
          ProblemKind.BAD_SECRET,
          at.orElse(map),
          "private_key is not the key of the first certificate of certificate_chain (expected: a"
              + " certificate and its own key)");
    }
  }

  private static ByteString content(DataSource source) {
    return source.hasInlineBytes() ? source.getInlineBytes() : source.getInlineStringBytes();
  }

  private static Document.Assignment assignment(
      ClusterLoadAssignment message, List<Optional<Document.Discover>> discovered) {
    List<Document.Part> parts = new ArrayList<>();
    int written = 0;
    for (Optional<Document.Discover> entry : discovered) {
      parts.add(
          entry.isPresent() ? entry.get() : new Document.Written(message.getEndpoints(written++)));
    }
    return new Document.Assignment(message.toBuilder().clearEndpoints().build(), parts);
  }

  private static Optional<Document.Eds> eds(Resource resource, MappingNode map)
      throws InvalidProtocolBufferException {
    var cluster = io.envoyproxy.envoy.config.cluster.v3.Cluster.parseFrom(resource.body());
    if (cluster.getType() != io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType.EDS
        || !cluster.hasType()) {
      return Optional.empty();
    }
    ConfigSource source = cluster.getEdsClusterConfig().getEdsConfig();
    switch (source.getConfigSourceSpecifierCase()) {
      case PATH, PATH_CONFIG_SOURCE -> {
        return Optional.empty();
      }
      default -> {}
    }
    String name = cluster.getEdsClusterConfig().getServiceName();
    Optional<Node> at =
        Nodes.get(map, "eds_cluster_config").flatMap(config -> Nodes.get(config, "service_name"));
    return Optional.of(
        new Document.Eds(
            name.isEmpty() ? resource.name() : name,
            YamlText.line(at.orElse(map)),
            source.hasAds() || source.hasSelf(),
            ClusterRules.of(cluster),
            Joining.longest(cluster)));
  }

  /** The entry's {@code discover:}; empty when it has none, or after a Problem. */
  private static Optional<Document.Discover> discover(Node item, YamlValues file) {
    YamlValues values = file.as(ProblemKind.BAD_DISCOVERY);
    Optional<Node> discover = Nodes.get(item, DISCOVER);
    if (discover.isEmpty()) {
      return Optional.empty();
    }
    values.fields(item, "entry", DISCOVER);
    Map<String, Node> fields = values.entries(discover.get(), DISCOVER);
    TreeMap<String, String> texts = new TreeMap<>();
    OptionalInt priority = OptionalInt.empty();
    OptionalInt weight = OptionalInt.empty();
    boolean optional = false;
    for (Map.Entry<String, Node> field : fields.entrySet()) {
      String what = DISCOVER + "." + field.getKey();
      // Envoy: "Priorities … max 128"; a weight of a locality is at least 1.
      switch (field.getKey()) {
        case "priority" -> priority = values.integer(field.getValue(), what, 0, 128);
        case "weight" -> weight = values.integer(field.getValue(), what, 1, Integer.MAX_VALUE);
        case "optional" -> optional = values.bool(field.getValue(), what).orElse(false);
        default ->
            values.string(field.getValue(), what).ifPresent(v -> texts.put(field.getKey(), v));
      }
    }
    String registry = texts.getOrDefault("registry", "");
    String service = texts.getOrDefault("service", "");
    if (registry.isEmpty() || service.isEmpty()) {
      values.error(
          discover.get(),
          "discover: no "
              + (registry.isEmpty() ? "registry" : "service")
              + " (expected: { registry: NAME, service: NAME, … })");
    }
    texts.remove("registry");
    texts.remove("service");
    return Optional.of(
        new Document.Discover(
            YamlText.line(discover.get()),
            registry,
            service,
            texts,
            priority.orElse(0),
            weight,
            optional));
  }
}
