package dev.lish.serve;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lish.model.Node;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.snapshot.Snapshot;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream: the shell around a {@link Sequencer}. Confined to its event loop, but for {@link
 * #view}.
 */
final class AdsStream extends ServerCall.Listener<byte[]> {
  private static final Logger LOG = LoggerFactory.getLogger(AdsStream.class);

  private static final String NO_SECRETS =
      "secrets are served only over TLS (expected: xds.tls in lish.yaml, or insecure: true)";

  private final ServerCall<byte[], Response> call;
  private final StreamKind kind;
  private final Optional<ResourceType> only;
  private final EventLoop eventLoop;
  private final Peer peer;
  private final Streams streams;
  private final long id;
  private final long openedAt;
  private final long admittedAt;
  private final Sequencer sequencer;
  private final Report report;
  private @Nullable Node node;
  private @Nullable SnapshotKey key;
  private @Nullable Snapshot snapshot;
  private Published seen = Published.NOTHING;
  private long membership = -1;
  private long changedAt;
  private long wakeAt = Long.MAX_VALUE;
  private boolean closed;
  private boolean unknownTypeLogged;

  /** Where a stream comes from: its event loop and its other end. */
  record Origin(EventLoop eventLoop, Peer peer) {}

  AdsStream(
      ServerCall<byte[], Response> call,
      StreamKind kind,
      Optional<ResourceType> only,
      Origin origin,
      Streams streams) {
    this.call = call;
    this.kind = kind;
    this.only = only;
    this.streams = streams;
    eventLoop = origin.eventLoop;
    peer = origin.peer;
    id = streams.nextId();
    openedAt = streams.now();
    admittedAt = streams.admit(openedAt);
    sequencer = new Sequencer(kind, streams.waits, streams.shared, openedAt);
    report = new Report(kind, Streams.instant(openedAt));
  }

  StreamKind kind() {
    return kind;
  }

  EventLoop eventLoop() {
    return eventLoop;
  }

  /** When to pump although nothing happened. */
  long wakeAt() {
    return wakeAt;
  }

  @Override
  public void onMessage(byte[] body) {
    confined();
    if (closed) {
      return;
    }
    try {
      take(Request.parse(body, kind.delta()));
    } catch (InvalidProtocolBufferException e) {
      close(
          Status.INVALID_ARGUMENT.withDescription(
              "the message is not a discovery request of this method: " + e.getMessage()));
    }
    if (!closed) {
      call.request(1);
    }
  }

  private void take(Request request) throws InvalidProtocolBufferException {
    if (node == null && !introduce(request)) {
      return;
    }
    if (request.names() > streams.limits.names()) {
      close(
          Status.RESOURCE_EXHAUSTED.withDescription(
              "the request has "
                  + request.names()
                  + " names (at most: "
                  + streams.limits.names()
                  + ")"));
      return;
    }
    Optional<ResourceType> type = type(request);
    if (type.isEmpty() || withheld(type.get())) {
      return;
    }
    long now = streams.now();
    Reply reply = sequencer.request(type.get(), request, now);
    if (sequencer.names(type.get()) > streams.limits.names()) {
      close(
          Status.RESOURCE_EXHAUSTED.withDescription(
              "the stream subscribes to more than " + streams.limits.names() + " names"));
      return;
    }
    changedAt = Math.max(changedAt, reply.kind() == Reply.Kind.NONE ? now : 0);
    answered(type.get(), reply, now);
    pump();
  }

  private boolean introduce(Request request) throws InvalidProtocolBufferException {
    // "Only the first request on a stream is guaranteed to carry the node identifier."
    Optional<byte[]> introduction = request.node();
    if (introduction.isEmpty()) {
      close(
          Status.INVALID_ARGUMENT.withDescription(
              "the first request of a stream must carry the node, and this one does not"));
      return false;
    }
    Node introduced = peer.introduce(introduction.get());
    node = introduced;
    report.introduced(introduced);
    LOG.debug("Stream {}: {} from {}, {}", id, introduced.id(), peer.address(), kind);
    streams.events.accept(new StreamEvent.Connected(id, introduced, kind));
    return true;
  }

  private Optional<ResourceType> type(Request request) {
    String url = request.typeUrl();
    if (url.isEmpty() || only.isPresent()) {
      // The method of a separate service says the type; an aggregated request has to.
      if (only.isEmpty() || !(url.isEmpty() || url.equals(only.get().typeUrl()))) {
        close(
            Status.INVALID_ARGUMENT.withDescription(
                "type_url: \""
                    + url
                    + "\" (expected: "
                    + only.map(ResourceType::typeUrl).orElse("the URL of a resource type")
                    + ")"));
        return Optional.empty();
      }
      return only;
    }
    Optional<ResourceType> type = ResourceType.ofTypeUrl(url);
    if (type.isEmpty()) {
      // Other types of the stream must not suffer: it is met by silence, as if none existed.
      streams.meter.unknownType();
      if (!unknownTypeLogged) {
        unknownTypeLogged = true;
        LOG.warn("{} asks for {}, which is not served", this, url);
      }
    }
    return type;
  }

  /** Secrets travel encrypted, unless the operator says that the network is trusted. */
  private boolean withheld(ResourceType type) {
    if (type != ResourceType.SECRET || peer.secure() || streams.secretsInCleartext) {
      return false;
    }
    if (report.withheld(type, NO_SECRETS, Streams.instant(streams.now()))) {
      streams.meter.withheld(type);
      LOG.warn("{} asks for secrets and is not answered: {}", this, NO_SECRETS);
      pump();
    }
    return true;
  }

  private void answered(ResourceType type, Reply reply, long now) {
    switch (reply.kind()) {
      case NONE -> {}
      case STALE -> streams.meter.stale(type);
      case ACK -> {
        TypeStream.InFlight about = reply.about().orElseThrow();
        streams.meter.acked(type, now - about.sentAt());
        report.accepted(type, about.draft().payload().version(), Streams.instant(now));
      }
      case NACK -> nacked(type, reply, now);
    }
  }

  private void nacked(ResourceType type, Reply reply, long now) {
    TypeStream.InFlight about = reply.about().orElseThrow();
    Payload payload = about.draft().payload();
    Rejection rejection = Rejection.of(payload, reply.error());
    streams.meter.nacked(type);
    report.rejected(type, payload.version(), rejection, Streams.instant(now));
    LOG.warn(
        "{} rejected {} of revision {}: {}",
        this,
        rejection.names().isEmpty() ? type.label() : type.label() + " " + rejection.names(),
        about.from().revision(),
        rejection.message());
    streams.events.accept(
        new StreamEvent.Nacked(
            about.from().key(),
            about.from().revision(),
            about.from().epoch(),
            type,
            node(),
            payload.version(),
            rejection.message(),
            rejection.names(),
            rejection.path()));
  }

  private Node node() {
    if (node == null) {
      throw new IllegalStateException("no answer comes before the node");
    }
    return node;
  }

  /** Sends what can be sent now. */
  void pump() {
    confined();
    if (closed || node == null) {
      return;
    }
    long now = streams.now();
    if (now < admittedAt) {
      wakeAt = admittedAt;
      return;
    }
    look(node);
    Snapshot current = snapshot;
    if (current == null) {
      // It matches no group, or its snapshot is not ready: silence, never an empty set.
      wakeAt = Long.MAX_VALUE;
      report.waiting(key);
      return;
    }
    while (!closed && call.isReady()) {
      Optional<Sequencer.Outgoing> next = sequencer.next(current, now);
      if (next.isEmpty()) {
        break;
      }
      send(next.get(), now);
    }
    wakeAt = sequencer.wakeAt(current, now);
    report.progress(sequencer, current);
  }

  /** Takes in what was published last. */
  @SuppressWarnings("ReferenceEquality") // equal ones are one instance, or worth a second look
  private void look(Node introduced) {
    Published latest = streams.published();
    if (latest == seen) {
      return;
    }
    seen = latest;
    if (latest.membership() != membership) {
      membership = latest.membership();
      key = latest.assignment().keyOf(introduced).orElse(null);
      report.belongs(key == null ? null : streams.progress(key));
      if (key == null) {
        LOG.warn("{} matches no stage and group, and is sent nothing", this);
      }
    }
    Snapshot next = key == null ? null : latest.assignment().snapshot(key).orElse(null);
    if (next != snapshot) {
      snapshot = next;
      changedAt = latest.at();
    }
  }

  private void send(Sequencer.Outgoing outgoing, long now) {
    Payload payload = outgoing.payload();
    Response response = new Response(payload.bytes(), Encoder.nonce(outgoing.nonce()));
    call.sendMessage(response);
    report.sent(payload.type(), payload.version(), Streams.instant(now));
    streams.meter.sent(
        payload.type(), response.size(), payload.size(), Math.max(0, now - changedAt));
  }

  @Override
  public void onReady() {
    pump();
  }

  @Override
  public void onHalfClose() {
    // The client has nothing more to say, so it could not accept anything either.
    close(Status.OK);
  }

  @Override
  public void onCancel() {
    gone();
  }

  @Override
  public void onComplete() {
    gone();
  }

  /** Ends the stream, so that the Envoy connects again, elsewhere. */
  void end() {
    close(Status.UNAVAILABLE.withDescription("this Lish is stopping"));
  }

  /** Ends the stream after a bug. */
  void fail() {
    close(Status.INTERNAL.withDescription("this stream failed; the server's log says why"));
  }

  private void close(Status status) {
    if (!closed) {
      if (status.getCode() == Status.Code.INVALID_ARGUMENT
          || status.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
        LOG.warn("{} is refused: {}", this, status.getDescription());
      }
      gone();
      call.close(status, new Metadata());
    }
  }

  private void gone() {
    if (closed) {
      return;
    }
    closed = true;
    wakeAt = Long.MAX_VALUE;
    streams.remove(this);
    report.belongs(null);
    if (node != null) {
      streams.events.accept(new StreamEvent.Gone(id, node));
    }
  }

  private void confined() {
    if (!eventLoop.inEventLoop()) {
      throw new IllegalStateException(
          Thread.currentThread().getName() + " (expected: the event loop of " + this + ")");
    }
  }

  /** What others may know; empty before the first request. From any thread. */
  Optional<NodeView> view() {
    return report.view();
  }

  @Override
  public String toString() {
    return (node == null ? "An Envoy" : "Envoy " + node.id()) + " at " + peer.address();
  }
}
