package dev.lish.render;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import dev.lish.model.ProblemKind;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads a map with {@code @type} as an {@code Any} of the message that it names. */
final class AnyReader {
  private final ProtoReader reader;
  private final ReadContext context;

  AnyReader(ProtoReader reader, ReadContext context) {
    this.reader = reader;
    this.context = context;
  }

  /** The message, packed; empty after a Problem with {@code @type}. */
  Optional<Any> read(Node node) {
    if (!(node instanceof MappingNode map)) {
      context.mismatch(node, "a map with @type");
      return Optional.empty();
    }
    if (map.getValue().isEmpty()) {
      return Optional.of(Any.getDefaultInstance());
    }
    Optional<Node> url = entry(map, "@type");
    if (url.isEmpty()) {
      context.error(
          ProblemKind.UNKNOWN_TYPE,
          node,
          "no \"@type\" (expected: \"@type\": type.googleapis.com/NAME_OF_MESSAGE)");
      return Optional.empty();
    }
    if (!(url.get() instanceof ScalarNode text) || text.getValue().indexOf('/') < 0) {
      context.mismatch(url.get(), "@type: type.googleapis.com/NAME_OF_MESSAGE");
      return Optional.empty();
    }
    Optional<Descriptor> type = type(text);
    if (type.isEmpty()) {
      return Optional.empty();
    }
    Message.Builder content = reader.types().newBuilder(type.get());
    if (WellKnown.name(type.get()).isEmpty()) {
      reader.readFields(content, map, true);
    } else {
      wrapped(content, map);
    }
    return Optional.of(
        Any.newBuilder()
            .setTypeUrl(text.getValue())
            .setValue(ProtoReader.bytes(content.buildPartial()))
            .build());
  }

  private Optional<Descriptor> type(ScalarNode url) {
    String name = url.getValue().substring(url.getValue().lastIndexOf('/') + 1);
    Optional<Descriptor> type = reader.types().find(name);
    if (type.isEmpty()) {
      String hint =
          ApiHistory.known()
              .newer(name)
              .map(newer -> newer + "; descriptor sets add what is missing")
              .or(() -> reader.types().nearest(name).map(near -> "did you mean " + near + "?"))
              .orElse("expected: a message of Envoy's API or of the configured descriptor sets");
      context.error(
          ProblemKind.UNKNOWN_TYPE, url, "unknown @type " + url.getValue() + " (" + hint + ")");
    }
    return type;
  }

  /** In an Any, a message with a JSON form of its own is the entry {@code value}. */
  private void wrapped(Message.Builder content, MappingNode map) {
    for (NodeTuple tuple : map.getValue()) {
      String key = ((ScalarNode) tuple.getKeyNode()).getValue();
      if (key.equals("value")) {
        context.enter(key);
        if (!Scalars.isNull(tuple.getValueNode())
            || WellKnown.name(content.getDescriptorForType()).equals("Value")) {
          reader.readInto(content, tuple.getValueNode(), false);
        }
        context.leave();
      } else if (!key.equals("@type")) {
        context.error(
            ProblemKind.UNKNOWN_FIELD,
            tuple.getKeyNode(),
            "unknown key \"" + key + "\" (expected: @type, value)");
      }
    }
  }

  private static Optional<Node> entry(MappingNode map, String key) {
    return map.getValue().stream()
        .filter(tuple -> ((ScalarNode) tuple.getKeyNode()).getValue().equals(key))
        .map(NodeTuple::getValueNode)
        .findFirst();
  }
}
