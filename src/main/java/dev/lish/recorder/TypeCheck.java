package dev.lish.recorder;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The subscription of one type, as the client's requests say, and what it was sent. */
final class TypeCheck {
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
    this.endpoints = typeUrl.equals(StreamCheck.ENDPOINTS);
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

  Optional<StreamCheck.Nack> onRequest(XdsEvent.Request request) {
    boolean first = !asked;
    asked = true;
    Optional<StreamCheck.Nack> nack = answer(request);
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

  private Optional<StreamCheck.Nack> answer(XdsEvent.Request request) {
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
    return Optional.of(new StreamCheck.Nack(request.typeUrl(), request.error().get(), about.get()));
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
