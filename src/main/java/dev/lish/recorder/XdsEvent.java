package dev.lish.recorder;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One message of an xDS stream, the same for state of the world and delta. */
public sealed interface XdsEvent {
  /** The URL of the type that it is about. */
  String typeUrl();

  /** Which response it is, or which response it answers; empty for none. */
  String nonce();

  /**
   * From the client.
   *
   * @param names state of the world: all names wanted; delta: the names to subscribe
   * @param unsubscribed delta: the names to unsubscribe
   * @param held delta: name to version of what the client says it has; state of the world: its
   *     version under the empty name
   * @param error the message of a NACK
   */
  record Request(
      String typeUrl,
      String nonce,
      List<String> names,
      List<String> unsubscribed,
      Map<String, String> held,
      Optional<String> error)
      implements XdsEvent {
    /** Copies the collections. */
    public Request {
      names = List.copyOf(names);
      unsubscribed = List.copyOf(unsubscribed);
      held = Map.copyOf(held);
    }
  }

  /**
   * From the server.
   *
   * @param version state of the world: of the whole; delta: for people only
   * @param removed delta: what does not exist
   */
  record Response(
      String typeUrl, String nonce, String version, List<Item> items, List<String> removed)
      implements XdsEvent {
    /** Copies the collections. */
    public Response {
      items = List.copyOf(items);
      removed = List.copyOf(removed);
    }

    /** The names of what it carries, in its order. */
    public List<String> names() {
      return items.stream().map(Item::name).toList();
    }

    /** The bytes of the resource with this name, if it carries it. */
    public Optional<ByteString> body(String name) {
      return items.stream().filter(i -> i.name().equals(name)).map(Item::body).findFirst();
    }
  }

  /**
   * A resource in a response.
   *
   * @param version delta: its own; state of the world: that of the response
   */
  record Item(String name, String version, ByteString body) {}
}
