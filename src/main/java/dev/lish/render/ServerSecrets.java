package dev.lish.render;

import com.google.protobuf.ByteString;
import dev.lish.model.Nearest;
import dev.lish.model.ProblemKind;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Puts the contents of files of {@code secrets_dir} in place of {@code from_server: NAME}.
 *
 * @param files file name to content
 * @param offline true: a placeholder stands in for every file
 */
record ServerSecrets(SortedMap<String, ByteString> files, boolean offline) {
  private static final String KEY = "from_server";
  private static final String DATA_SOURCE = "envoy.config.core.v3.DataSource";

  /** Fields that hold nothing but keys. */
  private static final Set<String> KEYS = Set.of("private_key", "pkcs12", "session_ticket_keys");

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");

  /** Takes {@code from_server} in a {@code DataSource}; other fields are not its own. */
  ProtoReader.ExtraField field(Node document, YamlValues values) {
    Found found = new Found(identitySet(), identitySet());
    find(document, values, false, found);
    return (type, key, value, into) -> {
      if (!type.getFullName().equals(DATA_SOURCE) || !key.getValue().equals(KEY)) {
        return false;
      }
      if (!values.text().secret()) {
        values.report(
            ProblemKind.BAD_SECRET,
            key,
            KEY + " outside a folder named secrets (expected: the file in one)");
      } else if (!found.refused.contains(value)) {
        into.setField(
            type.findFieldByName("inline_bytes"),
            content(value, values, found.ticketKeys.contains(value)));
      }
      return true;
    };
  }

  /**
   * Values of {@code from_server}.
   *
   * @param ticketKeys those that stand for session ticket keys
   * @param refused those that have a Problem already
   */
  private record Found(Set<Node> ticketKeys, Set<Node> refused) {}

  private static Set<Node> identitySet() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }

  private static void find(Node node, YamlValues values, boolean inKeys, Found found) {
    if (node instanceof SequenceNode list) {
      list.getValue().forEach(item -> find(item, values, inKeys, found));
    } else if (node instanceof MappingNode map) {
      for (NodeTuple entry : map.getValue()) {
        if (!Nodes.isKey(entry, KEY)) {
          boolean keys = inKeys || Nodes.isKey(entry, "session_ticket_keys");
          find(entry.getValueNode(), values, keys, found);
        } else if (map.getValue().size() > 1) {
          values.report(
              ProblemKind.BAD_SECRET,
              entry.getKeyNode(),
              KEY + " beside other keys (expected: alone)");
          found.refused.add(entry.getValueNode());
        } else if (inKeys) {
          found.ticketKeys.add(entry.getValueNode());
        }
      }
    }
  }

  private ByteString content(Node node, YamlValues values, boolean ticketKeys) {
    Optional<String> name = values.string(node, KEY);
    if (name.isEmpty()) {
      return ByteString.EMPTY;
    }
    if (!NAME.matcher(name.get()).matches()) {
      values.report(
          ProblemKind.BAD_SECRET,
          node,
          KEY + ": \"" + name.get() + "\" (expected: the name of a file, without a folder)");
      return ByteString.EMPTY;
    }
    if (offline) {
      return ticketKeys ? Placeholder.TICKET_KEY : Placeholder.PEM;
    }
    ByteString content = files.get(name.get());
    if (content == null) {
      values.report(
          ProblemKind.BAD_SECRET,
          node,
          "%s: there is no file %s in secrets_dir%s"
              .formatted(KEY, name.get(), Nearest.question(name.get(), files.keySet())));
      return ByteString.EMPTY;
    }
    return content;
  }

  /** Warns of a private key that is written into the document itself. */
  static void warnOfKeys(Node node, YamlValues values) {
    if (node instanceof SequenceNode list) {
      list.getValue().forEach(item -> warnOfKeys(item, values));
    } else if (node instanceof MappingNode map) {
      for (NodeTuple entry : map.getValue()) {
        Optional<Node> inline =
            KEYS.stream().anyMatch(key -> Nodes.isKey(entry, key))
                ? inline(entry.getValueNode())
                : Optional.empty();
        if (inline.isPresent()) {
          warnOfKey(inline.get(), values);
        } else {
          warnOfKeys(entry.getValueNode(), values);
        }
      }
    } else if (node instanceof ScalarNode scalar
        && scalar.getValue().contains("-----BEGIN ")
        && scalar.getValue().contains("PRIVATE KEY-----")) {
      warnOfKey(node, values);
    }
  }

  /** What a DataSource, or a list of them under {@code keys}, has written into the file. */
  private static Optional<Node> inline(Node source) {
    if (source instanceof SequenceNode list) {
      return list.getValue().stream()
          .map(ServerSecrets::inline)
          .flatMap(Optional::stream)
          .findFirst();
    }
    return Stream.of("inline_string", "inline_bytes")
        .map(name -> Nodes.get(source, name))
        .flatMap(Optional::stream)
        .filter(value -> !Scalars.isNull(value))
        .findFirst()
        .or(() -> Nodes.get(source, "keys").flatMap(ServerSecrets::inline));
  }

  private static void warnOfKey(Node node, YamlValues values) {
    values.report(
        ProblemKind.INLINE_KEY,
        node,
        "a private key in a mesh file, which everybody can read (expected: " + KEY + ": NAME)");
  }

  /** File names only: contents never show. */
  @Override
  public String toString() {
    return "ServerSecrets" + files.keySet();
  }
}
