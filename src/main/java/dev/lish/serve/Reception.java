package dev.lish.serve;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lish.model.Node;
import dev.lish.model.ResourceType;
import io.grpc.Status;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one stream may ask: the rules that a request must keep before it is looked into. */
final class Reception {
  private static final Logger LOG = LoggerFactory.getLogger(Reception.class);

  private final Optional<ResourceType> only;
  private final Peer peer;
  private final XdsLimits limits;
  private final XdsMeter meter;
  private Optional<Node> node = Optional.empty();
  private boolean unknownTypeLogged;

  /**
   * Nobody has been introduced yet.
   *
   * @param only the type of a separate service; empty: requests say theirs
   */
  Reception(Optional<ResourceType> only, Peer peer, XdsLimits limits, XdsMeter meter) {
    this.only = only;
    this.peer = peer;
    this.limits = limits;
    this.meter = meter;
  }

  /** A request, or a stream, that is refused: the stream ends with this. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    private final Status.Code code;
    private final String reason;

    Refused(Status.Code code, String reason, String message) {
      super(message);
      this.code = code;
      this.reason = reason;
    }

    Status status() {
      return code.toStatus().withDescription(getMessage());
    }

    /** For metrics. */
    String reason() {
      return reason;
    }
  }

  private static Refused invalid(String message) {
    return new Refused(Status.Code.INVALID_ARGUMENT, "invalid", message);
  }

  /** The bytes are no request. */
  static Refused garbage(InvalidProtocolBufferException e) {
    return invalid("the message is not a discovery request of this method: " + e.getMessage());
  }

  /** Who the client is; empty before its first request. */
  Optional<Node> node() {
    return node;
  }

  /** Takes the node of the first request; true: this was it. */
  boolean introduces(Request request) throws Refused, InvalidProtocolBufferException {
    if (node.isPresent()) {
      return false;
    }
    // "Only the first request on a stream is guaranteed to carry the node identifier."
    Optional<byte[]> introduction = request.node();
    if (introduction.isEmpty()) {
      throw invalid("the first request of a stream must carry the node, and this one does not");
    }
    node = Optional.of(peer.introduce(introduction.get()));
    return true;
  }

  /** What the request is about; empty: a type that is not served. */
  Optional<ResourceType> type(Request request) throws Refused {
    Optional<ResourceType> type = request.type();
    boolean usual = type.isPresent() && (only.isEmpty() || only.equals(type));
    return usual ? type : unusual(request.typeUrl());
  }

  /** The method of a separate service says the type; an aggregated request has to. */
  private Optional<ResourceType> unusual(String url) throws Refused {
    boolean right = only.isPresent() == url.isEmpty();
    if (!right) {
      String expected = only.map(ResourceType::typeUrl).orElse("the URL of a resource type");
      throw invalid("type_url: \"" + url + "\" (expected: " + expected + ")");
    }
    if (only.isEmpty()) {
      // Other types of the stream must not suffer: it is met by silence, as if none existed.
      meter.unknownType();
      if (!unknownTypeLogged) {
        unknownTypeLogged = true;
        LOG.warn("{} asks for {}, which is not served", this, url);
      }
    }
    return only;
  }

  /** Bounds what a request, or a subscription, holds in memory. */
  void bound(String what, int names) throws Refused {
    int most = limits.names();
    if (names > most) {
      throw new Refused(
          Status.Code.RESOURCE_EXHAUSTED,
          "names",
          what + " " + names + " names (expected: at most " + most + " names)");
    }
  }

  @Override
  public String toString() {
    return node.map(n -> "Envoy " + n.id()).orElse("An Envoy") + " at " + peer.address();
  }
}
