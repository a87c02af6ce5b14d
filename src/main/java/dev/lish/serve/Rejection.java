package dev.lish.serve;

import dev.lish.model.Node;
import dev.lish.model.Resource;
import dev.lish.snapshot.Snapshot;
import java.util.List;
import java.util.Set;

/**
 * Why a response was rejected, and which of its resources are to blame.
 *
 * @param message as the client gave it
 * @param names of the resources that the message mentions, else of all (at most ten)
 * @param path the mesh file of the first of them; empty where there is none
 */
record Rejection(String message, List<String> names, String path) {
  private static final int MOST = 10;
  private static final int LONGEST = 4096;

  static Rejection of(Payload payload, String error) {
    String message = error.length() > LONGEST ? error.substring(0, LONGEST) + "…" : error;
    Set<String> about =
        Set.copyOf(Blamed.in(message, payload.resources().stream().map(Resource::name).toList()));
    List<Resource> named =
        payload.resources().stream().filter(r -> about.contains(r.name())).toList();
    List<Resource> blamed = named.isEmpty() ? payload.resources() : named;
    // Where nothing is named and there are several, any file would be a guess.
    String path = blamed.size() == 1 || !named.isEmpty() ? blamed.get(0).path() : "";
    return new Rejection(message, blamed.stream().limit(MOST).map(Resource::name).toList(), path);
  }

  /** What was rejected, for the log. */
  String of(TypeStream.InFlight about) {
    Payload payload = about.draft().payload();
    String label = payload.type().label();
    return (names.isEmpty() ? label : label + " " + names)
        + (path.isEmpty() ? "" : " of " + path)
        + " in version "
        + payload.version().value()
        + ", revision "
        + about.from().revision()
        + ": "
        + message;
  }

  StreamEvent.Nacked event(TypeStream.InFlight about, Node node) {
    Snapshot from = about.from();
    Payload payload = about.draft().payload();
    return new StreamEvent.Nacked(
        from.key(),
        from.revision(),
        from.epoch(),
        payload.type(),
        node,
        payload.version(),
        message,
        names,
        path);
  }
}
