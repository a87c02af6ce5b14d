package dev.lish.recorder;

import com.google.protobuf.ByteString;
import dev.lish.model.ResourceType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads one stream from its start and says where the server broke the protocol. Pure, so that it is
 * tested with sequences made by hand.
 */
final class StreamCheck {
  static final String CLUSTERS = ResourceType.CLUSTER.typeUrl();
  static final String ENDPOINTS = ResourceType.ENDPOINT.typeUrl();
  static final String LISTENERS = ResourceType.LISTENER.typeUrl();

  /** Of these a response in state of the world is the whole, and what is missing is deleted. */
  private static final Set<String> WHOLE = Set.of(CLUSTERS, LISTENERS);

  private final boolean delta;
  private final boolean aggregated;
  private final Map<String, TypeCheck> types = new HashMap<>();
  private final Set<String> nonces = new HashSet<>();
  private final List<String> violations = new ArrayList<>();
  private final List<Nack> nacks = new ArrayList<>();
  // EDS names whose cluster was sent anew: Envoy warms it only on a new assignment.
  private final Set<String> warming = new HashSet<>();

  /** A response that the client refused. */
  record Nack(String typeUrl, String message, XdsEvent.Response response) {}

  private StreamCheck(boolean delta, boolean aggregated) {
    this.delta = delta;
    this.aggregated = aggregated;
  }

  /**
   * Reads a stream.
   *
   * @param aggregated true if clusters and endpoints are on this one stream
   */
  static StreamCheck of(boolean delta, boolean aggregated, List<XdsEvent> events) {
    StreamCheck check = new StreamCheck(delta, aggregated);
    for (XdsEvent event : events) {
      TypeCheck type =
          check.types.computeIfAbsent(event.typeUrl(), url -> new TypeCheck(delta, url));
      if (event instanceof XdsEvent.Request request) {
        type.onRequest(request).ifPresent(check.nacks::add);
      } else if (event instanceof XdsEvent.Response response) {
        check.onResponse(response, type);
      }
    }
    return check;
  }

  List<String> violations() {
    return violations;
  }

  List<Nack> nacks() {
    return nacks;
  }

  /** The responses that the client has not answered yet. */
  List<XdsEvent.Response> unanswered() {
    return types.values().stream().flatMap(t -> t.unanswered().stream()).toList();
  }

  private void onResponse(XdsEvent.Response response, TypeCheck type) {
    String what = label(response) + " ";
    if (response.nonce().isEmpty() || !nonces.add(response.nonce())) {
      violations.add(what + "has a nonce that was used before on this stream, or none");
    }
    if (!type.isAsked()) {
      violations.add(what + "is of a type that was never asked for");
    }
    type.unanswered()
        .ifPresent(
            open -> violations.add(what + "was sent before " + label(open) + " was answered"));
    if (new HashSet<>(response.names()).size() < response.names().size()) {
      violations.add(what + "has a name twice: " + response.names());
    }
    for (String name : response.names()) {
      if (!type.wants(name)) {
        violations.add(what + "has " + name + ", which is not subscribed");
      }
    }
    if (type.isRefused(response)) {
      violations.add(what + "is what was refused before");
    }
    if (delta) {
      deltaRules(response, type, what);
    }
    unchangedRules(response, type, what);
    noteWarming(response, type);
    type.onResponse(response, WHOLE.contains(response.typeUrl()));
  }

  private void unchangedRules(XdsEvent.Response response, TypeCheck type, String what) {
    boolean whole = !delta && WHOLE.contains(response.typeUrl());
    if (!delta && type.isClaimed(response)) {
      violations.add(what + "is what the client has from an earlier stream");
    }
    if (whole && type.isUnchanged(response)) {
      violations.add(what + "is unchanged");
    }
    if (!whole
        && response.items().isEmpty()
        && response.removed().isEmpty()
        && type.hasAnswered()) {
      violations.add(what + "says nothing");
    }
    for (XdsEvent.Item item : whole ? List.<XdsEvent.Item>of() : response.items()) {
      if (type.isUnchanged(item) && !isWarming(item, response.typeUrl())) {
        violations.add(what + "has " + item.name() + " unchanged");
      }
    }
  }

  private void deltaRules(XdsEvent.Response response, TypeCheck type, String what) {
    for (String name : response.removed()) {
      if (!type.wants(name)) {
        violations.add(what + "removes " + name + ", which is not subscribed");
      } else if (!type.mayRemove(name)) {
        violations.add(what + "removes " + name + ", which the client has not");
      }
    }
    for (XdsEvent.Item item : response.items()) {
      if (item.version().isEmpty()) {
        violations.add(what + "has " + item.name() + " without a version");
      }
      if (type.contradicts(item)) {
        violations.add(what + "has " + item.name() + " with other bytes under its old version");
      }
    }
  }

  private boolean isWarming(XdsEvent.Item item, String typeUrl) {
    // On separate streams the check cannot see which clusters were sent.
    return typeUrl.equals(ENDPOINTS) && (!aggregated || warming.contains(item.name()));
  }

  private void noteWarming(XdsEvent.Response response, TypeCheck type) {
    if (response.typeUrl().equals(ENDPOINTS)) {
      response.names().forEach(warming::remove);
    } else if (response.typeUrl().equals(CLUSTERS)) {
      for (XdsEvent.Item item : response.items()) {
        if (!type.holds(item)) {
          XdsMessages.endpointName(item.body()).ifPresent(warming::add);
        }
      }
    }
  }

  private static String label(XdsEvent.Response response) {
    String type = ResourceType.ofTypeUrl(response.typeUrl()).map(ResourceType::label).orElse("?");
    return type + " response " + response.nonce();
  }

  /** The subscription of one type, as the client's requests say, and what it was sent. */
  private static final class TypeCheck {
    private final boolean delta;
    private final boolean endpoints;
    private boolean asked;
    private boolean answered;
    private boolean wildcard;
    private boolean named;
    private Set<String> names = new HashSet<>();
    // Was wanted until the last request: one response may have been under way.
    private final Set<String> leaving = new HashSet<>();
    // Subscribed, or subscribed again, since it was sent last: a reason to send it.
    private final Set<String> fresh = new HashSet<>();
    private final Map<String, XdsEvent.Item> sent = new HashMap<>();
    // What the client said it had when the stream began.
    private final Map<String, String> claimed = new HashMap<>();
    private Optional<XdsEvent.Response> open = Optional.empty();
    private Optional<XdsEvent.Response> last = Optional.empty();
    private Optional<XdsEvent.Response> refused = Optional.empty();

    TypeCheck(boolean delta, String typeUrl) {
      this.delta = delta;
      this.endpoints = typeUrl.equals(ENDPOINTS);
    }

    boolean isAsked() {
      return asked;
    }

    boolean hasAnswered() {
      return answered;
    }

    Optional<XdsEvent.Response> unanswered() {
      return open;
    }

    boolean wants(String name) {
      return wildcard || names.contains(name) || leaving.contains(name);
    }

    boolean holds(XdsEvent.Item item) {
      XdsEvent.Item before = sent.get(item.name());
      return before != null
          && (delta ? before.version().equals(item.version()) : before.body().equals(item.body()));
    }

    boolean contradicts(XdsEvent.Item item) {
      XdsEvent.Item before = sent.get(item.name());
      return before != null
          && before.version().equals(item.version())
          && !before.body().equals(item.body());
    }

    boolean mayRemove(String name) {
      return sent.containsKey(name) || claimed.containsKey(name) || fresh.contains(name);
    }

    /** The item is what the client has, and nothing gave a reason to send it again. */
    boolean isUnchanged(XdsEvent.Item item) {
      // A new stream always gets its assignments: a cluster may wait for one (envoy#13009).
      boolean isClaimed = delta && !endpoints && item.version().equals(claimed.get(item.name()));
      return isClaimed || (holds(item) && !fresh.contains(item.name()));
    }

    /** State of the world: the client said that it has this version, whose names are the same. */
    boolean isClaimed(XdsEvent.Response response) {
      return !answered
          && !endpoints
          && !response.version().isEmpty()
          && response.version().equals(claimed.get(""));
    }

    /** State of the world, whole types: the response is what was sent last. */
    boolean isUnchanged(XdsEvent.Response response) {
      return answered
          && fresh.isEmpty()
          && refused.isEmpty()
          && sent.keySet().equals(new HashSet<>(response.names()))
          && response.items().stream().allMatch(this::holds);
    }

    boolean isRefused(XdsEvent.Response response) {
      return refused
          .filter(r -> bodies(r).equals(bodies(response)) && r.removed().equals(response.removed()))
          .filter(r -> !delta || versions(r).equals(versions(response)))
          .isPresent();
    }

    Optional<Nack> onRequest(XdsEvent.Request request) {
      boolean first = !asked;
      asked = true;
      Optional<Nack> nack = answer(request);
      boolean stale =
          !delta
              && !request.nonce().isEmpty()
              && last.filter(l -> l.nonce().equals(request.nonce())).isEmpty();
      if (stale) {
        // The server may ignore it or heed it.
        leaving.addAll(request.names());
        return nack;
      }
      if (delta) {
        subscribeDelta(request, first);
      } else {
        subscribe(request, first);
      }
      return nack;
    }

    private Optional<Nack> answer(XdsEvent.Request request) {
      Optional<XdsEvent.Response> about =
          open.filter(o -> !request.nonce().isEmpty() && o.nonce().equals(request.nonce()));
      if (about.isEmpty()) {
        return Optional.empty();
      }
      open = Optional.empty();
      if (request.error().isEmpty()) {
        refused = Optional.empty();
        return Optional.empty();
      }
      refused = about;
      // It has applied the good part, so what it has is unknown, and anything may be sent or
      // removed.
      sent.keySet().forEach(name -> claimed.put(name, ""));
      sent.clear();
      return Optional.of(new Nack(request.typeUrl(), request.error().get(), about.get()));
    }

    private void subscribe(XdsEvent.Request request, boolean first) {
      if (first) {
        claimed.putAll(request.held());
      }
      Set<String> wanted = new HashSet<>(request.names());
      boolean any = wanted.remove("*");
      // No names mean all, until names are given; from then on they mean none.
      named |= any || !wanted.isEmpty();
      if (wildcard && !any && named) {
        leaving.addAll(sent.keySet());
      }
      wildcard = any || !named;
      for (String name : names) {
        if (!wanted.contains(name)) {
          leaving.add(name);
          if (!wildcard) {
            sent.remove(name);
          }
        }
      }
      for (String name : wanted) {
        if (!names.contains(name)) {
          fresh.add(name);
        }
      }
      fresh.removeIf(name -> !wanted.contains(name));
      names = wanted;
    }

    private void subscribeDelta(XdsEvent.Request request, boolean first) {
      if (first) {
        claimed.putAll(request.held());
        wildcard = request.names().isEmpty();
      }
      for (String name : request.unsubscribed()) {
        if (name.equals("*")) {
          wildcard = false;
        } else {
          names.remove(name);
          leaving.add(name);
          fresh.remove(name);
          if (!wildcard) {
            sent.remove(name);
            claimed.remove(name);
          }
        }
      }
      for (String name : request.names()) {
        if (name.equals("*")) {
          wildcard = true;
        } else {
          names.add(name);
          // Subscribing again asks for an answer, but what it has on a new stream needs none.
          if (!first || !claimed.containsKey(name)) {
            fresh.add(name);
          }
        }
      }
    }

    void onResponse(XdsEvent.Response response, boolean whole) {
      answered = true;
      open = Optional.of(response);
      last = open;
      if (!delta && whole) {
        sent.clear();
        fresh.clear();
      }
      for (XdsEvent.Item item : response.items()) {
        sent.put(item.name(), item);
        claimed.remove(item.name());
        fresh.remove(item.name());
      }
      for (String name : response.removed()) {
        sent.remove(name);
        claimed.remove(name);
        fresh.remove(name);
      }
      leaving.clear();
    }

    private static Map<String, ByteString> bodies(XdsEvent.Response response) {
      Map<String, ByteString> bodies = new HashMap<>();
      response.items().forEach(item -> bodies.put(item.name(), item.body()));
      return bodies;
    }

    private static Map<String, String> versions(XdsEvent.Response response) {
      Map<String, String> versions = new HashMap<>();
      response.items().forEach(item -> versions.put(item.name(), item.version()));
      return versions;
    }
  }
}
