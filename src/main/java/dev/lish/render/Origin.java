package dev.lish.render;

import com.google.protobuf.ByteString;
import dev.lish.model.ResourceType;
import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A resource and where it was written. The same for all groups and stages that get the same, so
 * that what is found in it can be kept by identity.
 */
public final class Origin {
  private static final String DISCOVER = "discover";

  private final Document document;
  private final ByteString body;

  Origin(Document document) {
    this.document = document;
    this.body = body(document.content());
  }

  /**
   * A line.
   *
   * @param path the mesh file
   * @param line in that file, for what a template produced the template's; 0 where unknown
   * @param outputLine in what a template produced; 0 for a plain file
   * @param excerpt of what the template produced, on lines of its own; empty for a plain file
   */
  public record Place(String path, int line, int outputLine, String excerpt) {}

  /** What it is. */
  public ResourceType type() {
    return document.type();
  }

  /** Its name. */
  public String name() {
    return document.name();
  }

  /** The mesh file. */
  public String path() {
    return document.text().path();
  }

  /** The serialized message; of an assignment, with the entries that are written out. */
  public ByteString body() {
    return body;
  }

  /**
   * A {@code discover:} of an assignment.
   *
   * @param path to its service
   */
  public record Discovered(String registry, String service, List<Object> path) {}

  /** What an assignment has a registry asked for. */
  public List<Discovered> discovered() {
    List<Discovered> all = new ArrayList<>();
    if (document.content() instanceof Document.Assignment assignment) {
      for (int i = 0; i < assignment.parts().size(); i++) {
        if (assignment.parts().get(i) instanceof Document.Discover discover) {
          all.add(
              new Discovered(
                  discover.registry(),
                  discover.service(),
                  List.of("endpoints", i, DISCOVER, "service")));
        }
      }
    }
    return all;
  }

  /**
   * The places that these paths lead to: names of fields, keys of maps and indices of lists, from
   * the resource on; what is inside an {@code Any} lies at the place of the {@code Any}. Where a
   * path leads nowhere, the place of its last step that is there. The text is parsed once more for
   * this, as a tree of places for every resource would cost far more than the few findings.
   */
  public List<Place> places(List<List<Object>> paths) {
    Node root = root();
    List<Place> places = new ArrayList<>();
    for (List<Object> path : paths) {
      int line = YamlText.line(root, asWritten(path).toArray());
      places.add(document.text().place(line));
    }
    return places;
  }

  private Node root() {
    return YamlText.parse(document.text(), new ProblemSink()).stream()
        .filter(node -> YamlText.line(node) == document.line())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(path() + " parses no longer as it did"));
  }

  /** Entries that are discovered are not in the body, and so have no index there. */
  private List<Object> asWritten(List<Object> path) {
    if (!(document.content() instanceof Document.Assignment assignment)
        || path.size() < 2
        || !path.get(0).equals("endpoints")
        || path.contains(DISCOVER)) {
      return path;
    }
    int left = (Integer) path.get(1);
    int at = 0;
    while (at < assignment.parts().size()
        && (assignment.parts().get(at) instanceof Document.Discover || left-- > 0)) {
      at++;
    }
    List<Object> written = new ArrayList<>(path);
    written.set(1, at);
    return written;
  }

  private static ByteString body(Document.Content content) {
    if (content instanceof Document.Done done) {
      return done.resource().body();
    }
    if (content instanceof Document.Cluster cluster) {
      return cluster.resource().body();
    }
    Document.Assignment assignment = (Document.Assignment) content;
    var message = assignment.base().toBuilder();
    for (Document.Part part : assignment.parts()) {
      if (part instanceof Document.Written written) {
        message.addEndpoints(written.endpoints());
      }
    }
    return ProtoReader.bytes(message.build());
  }

  @Override
  public String toString() {
    return document.type().label() + " \"" + document.name() + "\" of " + document.place();
  }
}
