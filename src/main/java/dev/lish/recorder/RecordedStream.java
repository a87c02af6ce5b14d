package dev.lish.recorder;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lish.model.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** All that went over one discovery stream, in order. */
public final class RecordedStream {
  private static final Pattern METHOD =
      Pattern.compile("envoy\\.service\\.[a-z.]+\\.v3\\.(\\w+)DiscoveryService/(Stream|Delta)\\w+");
  private static final Map<String, ResourceType> SERVICES =
      Map.of(
          "Cluster", ResourceType.CLUSTER,
          "Endpoint", ResourceType.ENDPOINT,
          "Listener", ResourceType.LISTENER,
          "Route", ResourceType.ROUTE,
          "Runtime", ResourceType.RUNTIME,
          "Secret", ResourceType.SECRET,
          "ExtensionConfig", ResourceType.EXTENSION);

  private final int number;
  private final boolean delta;
  private final Optional<ResourceType> only;
  private final List<XdsEvent> events = new ArrayList<>();
  private String nodeId = "";
  private boolean ended;

  RecordedStream(int number, String fullMethodName) {
    Matcher matcher = METHOD.matcher(fullMethodName);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(fullMethodName + " (expected: a discovery method)");
    }
    this.number = number;
    this.delta = matcher.group(2).equals("Delta");
    this.only = Optional.ofNullable(SERVICES.get(matcher.group(1)));
  }

  /**
   * A refused response.
   *
   * @param message the client's words
   */
  public record Nack(ResourceType type, String message, XdsEvent.Response response) {}

  static boolean isDiscovery(String fullMethodName) {
    return METHOD.matcher(fullMethodName).matches();
  }

  /** True for the incremental protocol. */
  public boolean isDelta() {
    return delta;
  }

  /** True for ADS. */
  public boolean isAggregated() {
    return only.isEmpty();
  }

  /** The id of the node, empty until the first request. */
  public synchronized String nodeId() {
    return nodeId;
  }

  /** True when it was closed, by either side. */
  public synchronized boolean isEnded() {
    return ended;
  }

  /** Every message so far. */
  public synchronized List<XdsEvent> events() {
    return List.copyOf(events);
  }

  /** The requests of a type. */
  public List<XdsEvent.Request> requests(ResourceType type) {
    return of(XdsEvent.Request.class, type);
  }

  /** The responses of a type. */
  public List<XdsEvent.Response> responses(ResourceType type) {
    return of(XdsEvent.Response.class, type);
  }

  /** The refused responses. */
  public List<Nack> nacks() {
    return check().nacks().stream()
        .map(
            n ->
                new Nack(
                    ResourceType.ofTypeUrl(n.typeUrl())
                        .orElseThrow(
                            () -> new IllegalStateException("unknown type " + n.typeUrl())),
                    n.message(),
                    n.response()))
        .toList();
  }

  /** The responses that wait for an answer. */
  public List<XdsEvent.Response> unanswered() {
    return check().unanswered();
  }

  /** Where the server broke the protocol. */
  public List<String> violations() {
    return check().violations();
  }

  @Override
  public String toString() {
    return (delta ? "delta " : "sotw ")
        + only.map(ResourceType::label).orElse("ads")
        + " stream "
        + number
        + " of "
        + nodeId();
  }

  synchronized void request(byte[] bytes) {
    try {
      XdsMessages.Parsed parsed =
          XdsMessages.request(bytes, delta, only.map(ResourceType::typeUrl).orElse(""));
      if (!parsed.nodeId().isEmpty()) {
        nodeId = parsed.nodeId();
      }
      events.add(parsed.request());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a request that is none", e);
    }
  }

  synchronized void response(byte[] bytes) {
    try {
      events.add(XdsMessages.response(bytes, delta));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a response that is none", e);
    }
  }

  synchronized void end() {
    ended = true;
  }

  private StreamCheck check() {
    return StreamCheck.of(delta, isAggregated(), events());
  }

  private <T extends XdsEvent> List<T> of(Class<T> kind, ResourceType type) {
    return events().stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .filter(e -> e.typeUrl().equals(type.typeUrl()))
        .toList();
  }
}
