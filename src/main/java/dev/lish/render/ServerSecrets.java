package dev.lish.render;

import com.google.protobuf.ByteString;
import dev.lish.model.Nearest;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.regex.Pattern;
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
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");

  /** Takes {@code from_server} in a {@code DataSource}; other fields are not its own. */
  ProtoReader.ExtraField field(Node document, YamlValues values) {
    Set<Node> ticketKeys = Collections.newSetFromMap(new IdentityHashMap<>());
    find(document, values, false, ticketKeys);
    return (type, key, value, into) -> {
      if (!type.getFullName().equals(DATA_SOURCE) || !key.getValue().equals(KEY)) {
        return false;
      }
      if (values.text().secret()) {
        into.setField(
            type.findFieldByName("inline_bytes"),
            content(value, values, ticketKeys.contains(value)));
      } else {
        values.error(key, KEY + " outside a folder named secrets (expected: the file in one)");
      }
      return true;
    };
  }

  /** Finds the values of {@code from_server} that stand for session ticket keys. */
  private static void find(Node node, YamlValues values, boolean inKeys, Set<Node> ticketKeys) {
    if (node instanceof SequenceNode list) {
      list.getValue().forEach(item -> find(item, values, inKeys, ticketKeys));
    } else if (node instanceof MappingNode map) {
      for (NodeTuple entry : map.getValue()) {
        if (!Nodes.isKey(entry, KEY)) {
          boolean keys = inKeys || Nodes.isKey(entry, "session_ticket_keys");
          find(entry.getValueNode(), values, keys, ticketKeys);
        } else if (map.getValue().size() > 1) {
          values.error(entry.getKeyNode(), KEY + " beside other keys (expected: alone)");
        } else if (inKeys) {
          ticketKeys.add(entry.getValueNode());
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
      values.error(
          node, KEY + ": \"" + name.get() + "\" (expected: the name of a file, without a folder)");
      return ByteString.EMPTY;
    }
    if (offline) {
      return ticketKeys ? Placeholder.TICKET_KEY : Placeholder.PEM;
    }
    ByteString content = files.get(name.get());
    if (content == null) {
      values.error(
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
      map.getValue().forEach(entry -> warnOfKeys(entry.getValueNode(), values));
    } else if (node instanceof ScalarNode scalar
        && scalar.getValue().contains("-----BEGIN ")
        && scalar.getValue().contains("PRIVATE KEY-----")) {
      values.warning(
          node,
          "a private key in a mesh file, which everybody can read (expected: " + KEY + ": NAME)");
    }
  }

  /** File names only: contents never show. */
  @Override
  public String toString() {
    return "ServerSecrets" + files.keySet();
  }
}
