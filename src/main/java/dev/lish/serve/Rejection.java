package dev.lish.serve;

import dev.lish.model.Node;
import dev.lish.model.Resource;
import dev.lish.snapshot.Snapshot;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

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
  private static final Pattern WORD = Pattern.compile("\\p{L}+");

  /** What a name follows, as Envoys write it; the brackets are those of {@code cluster(s)}. */
  private static final String NOUN =
      "(?<=\\b(?:cluster|listener|configuration|config|secret|runtime|layer|filter|resource)"
          + "(?:\\(s\\)|s)? )";

  static Rejection of(Payload payload, String error) {
    String message = error.length() > LONGEST ? error.substring(0, LONGEST) + "…" : error;
    List<Resource> named = about(payload, name -> names(message, name));
    if (named.isEmpty()) {
      named = about(payload, name -> mentions(message, name));
    }
    List<Resource> blamed = named.isEmpty() ? payload.resources() : named;
    // Where nothing is named and there are several, any file would be a guess.
    String path = blamed.size() == 1 || !named.isEmpty() ? blamed.get(0).path() : "";
    return new Rejection(message, blamed.stream().limit(MOST).map(Resource::name).toList(), path);
  }

  private static List<Resource> about(Payload payload, Predicate<String> isMeant) {
    return payload.resources().stream().filter(r -> isMeant.test(r.name())).toList();
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

  /** What the message sets apart as a name: {@code a: …}, {@code 'a'}, {@code cluster a}. */
  private static boolean names(String message, String name) {
    return apart(name, NOUN, "").matcher(message).find()
        || apart(name, "", "(?=:\\s)").matcher(message).find()
        || apart(name, "(?<=['\"`(\\[])", "(?=['\"`)\\]])").matcher(message).find();
  }

  /** A name that can be no word of a sentence, anywhere. */
  private static boolean mentions(String message, String name) {
    return !WORD.matcher(name).matches() && apart(name, "", "").matcher(message).find();
  }

  /** The name by itself: {@code api} is not meant by {@code api-2} or {@code api.v1}. */
  private static Pattern apart(String name, String before, String behind) {
    return Pattern.compile(
        before + "(?<![\\w/.-])" + Pattern.quote(name) + "(?![\\w/-]|\\.\\w)" + behind);
  }
}
