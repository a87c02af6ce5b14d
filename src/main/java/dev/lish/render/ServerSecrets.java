package dev.lish.render;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
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
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");

  /** The document with {@code inline_bytes} in place of {@code from_server}. */
  Node resolve(Node document, YamlValues values) {
    return resolve(document, values, false);
  }

  private Node resolve(Node node, YamlValues values, boolean ticketKeys) {
    if (node instanceof SequenceNode list) {
      List<Node> items = new ArrayList<>();
      list.getValue().forEach(item -> items.add(resolve(item, values, ticketKeys)));
      return Nodes.with(list, items);
    }
    if (!(node instanceof MappingNode map)) {
      return node;
    }
    List<NodeTuple> entries = new ArrayList<>();
    for (NodeTuple entry : map.getValue()) {
      if (Nodes.isKey(entry, KEY)) {
        if (map.getValue().size() > 1) {
          values.error(entry.getKeyNode(), KEY + " beside other keys (expected: alone)");
        }
        String content =
            Base64.getEncoder()
                .encodeToString(content(entry.getValueNode(), values, ticketKeys).toByteArray());
        entries.add(
            new NodeTuple(
                Nodes.text("inline_bytes", entry.getKeyNode()),
                Nodes.text(content, entry.getValueNode())));
      } else {
        boolean tickets = ticketKeys || Nodes.isKey(entry, "session_ticket_keys");
        entries.add(
            new NodeTuple(entry.getKeyNode(), resolve(entry.getValueNode(), values, tickets)));
      }
    }
    return Nodes.with(map, entries);
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
