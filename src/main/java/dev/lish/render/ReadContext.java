package dev.lish.render;

import com.google.protobuf.Descriptors.Descriptor;
import dev.lish.model.ProblemKind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Where in a document the reader is, so that a Problem can name resource and field. */
final class ReadContext {
  private final Text text;
  private final ProblemSink sink;
  private final List<Object> path = new ArrayList<>();
  private String resource = "";
  private boolean failed;

  ReadContext(Text text, ProblemSink sink) {
    this.text = text;
    this.sink = sink;
  }

  /** A new document begins. */
  void start(Descriptor type, Node document) {
    path.clear();
    failed = false;
    resource = type.getName() + name(document);
  }

  /** Goes down into a field (text) or an item (number). */
  void enter(Object step) {
    path.add(step);
  }

  void leave() {
    path.remove(path.size() - 1);
  }

  boolean failed() {
    return failed;
  }

  /** Reports a wrong value at a node; null, to be passed on as the value that is missing. */
  @Nullable Object error(Node at, String message) {
    return error(ProblemKind.BAD_VALUE, at, message);
  }

  /** Reports an error of another kind at a node; null. */
  @Nullable Object error(ProblemKind kind, Node at, String message) {
    failed = true;
    text.report(sink, kind, at, place() + ": " + message);
    return null;
  }

  /** Reports that something else was expected. */
  @Nullable Object mismatch(Node at, String expected) {
    return error(at, "found " + Scalars.found(at, text) + " (expected: " + expected + ")");
  }

  String lineName(Node node) {
    return text.lineName(YamlText.line(node));
  }

  private String place() {
    StringBuilder place = new StringBuilder(resource);
    String separator = " ";
    for (Object step : path) {
      if (step instanceof Integer) {
        place.append('[').append(step).append(']');
      } else {
        place.append(separator).append(step);
      }
      separator = ".";
    }
    return place.toString();
  }

  private static String name(Node document) {
    if (document instanceof MappingNode map) {
      for (NodeTuple tuple : map.getValue()) {
        String key = ((ScalarNode) tuple.getKeyNode()).getValue();
        if ((key.equals("name") || key.equals("cluster_name") || key.equals("clusterName"))
            && tuple.getValueNode() instanceof ScalarNode value) {
          return " \"" + Scalars.shortened(value.getValue()) + "\"";
        }
      }
    }
    return "";
  }
}
