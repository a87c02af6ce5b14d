package dev.lish.recorder;

import dev.lish.model.ResourceType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
}
