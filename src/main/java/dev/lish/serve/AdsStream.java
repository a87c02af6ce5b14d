package dev.lish.serve;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lish.model.Node;
import dev.lish.model.ResourceType;
import dev.lish.snapshot.Snapshot;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import java.time.Duration;
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
  private final EventLoop eventLoop;
  private final Loop loop;
  private final Peer peer;
  private final Runnable leave;
  private final Streams streams;
  private final long id;
  private final long openedAt;
  private final long admittedAt;
  private final long endsAt;
  private final Sequencer sequencer;
  private final Report report;
  private final Placement placement;
  private final Account account;
  private final Reception reception;
  private long wakeAt = Long.MAX_VALUE;

  /** Among the streams of the loop: for the loop to keep. */
  int place;

  /** All that may go of this snapshot has gone, until a request comes, or the time to wake. */
  private @Nullable Snapshot done;

  /** SotW: names that the next request may repeat. */
  private Names lastNames = Names.NONE;

  private boolean closed;
  private boolean closedHere;
  private boolean pumping;

  /**
   * Where a stream comes from: its event loop and its other end.
   *
   * @param leave has the client use another connection from now on
   */
  record Origin(EventLoop eventLoop, Peer peer, Runnable leave) {}

  AdsStream(
      ServerCall<byte[], Response> call,
      StreamKind kind,
      Optional<ResourceType> only,
      Origin origin,
      Streams streams) {
    this.call = call;
    this.kind = kind;
    this.streams = streams;
    eventLoop = origin.eventLoop;
    loop = streams.loop(eventLoop);
    peer = origin.peer;
    leave = origin.leave;
    id = streams.nextId();
    openedAt = streams.now();
    admittedAt = streams.admit(openedAt);
    endsAt = streams.ends(openedAt);
    sequencer = new Sequencer(kind, streams.waits, streams.shared, openedAt);
    report = new Report(kind, openedAt);
    placement = new Placement(streams, report);
    account = new Account(streams.meter, report, placement);
    reception = new Reception(only, peer, streams.limits, streams.meter);
  }

  StreamKind kind() {
    return kind;
  }

  Loop loop() {
    return loop;
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
      take(Request.parse(body, kind.delta(), lastNames));
    } catch (InvalidProtocolBufferException e) {
      refuse(Reception.garbage(e));
    } catch (Reception.Refused e) {
      refuse(e);
    } catch (RuntimeException e) {
      LOG.error("Stream {} failed and is closed", this, e);
      fail();
    }
  }

  private void take(Request request) throws InvalidProtocolBufferException, Reception.Refused {
    if (reception.introduces(request)) {
      introduced();
    }
    reception.bound("the request has", request.names());
    Optional<ResourceType> type = reception.type(request);
    if (type.isEmpty() || withheld(type.get())) {
      return;
    }
    long now = streams.now();
    done = null;
    Reply reply = sequencer.request(type.get(), request, now);
    TypeStream asked = sequencer.stream(type.get()).orElseThrow();
    if (asked.lastNames().count() > 0) {
      lastNames = asked.lastNames();
    }
    reception.bound("the stream subscribes to", asked.subscription.names().size());
    account.subscribes(type.get(), asked.subscription.wantsAnything());
    if (reply.kind() == Reply.Kind.NONE) {
      account.asked(type.get(), now);
    }
    account.answered(type.get(), reply, this::rejected, now);
    pump();
  }

  private void introduced() {
    Node introduced = node();
    report.introduced(introduced);
    streams.introduced(this, introduced);
    LOG.debug("Stream {}: {} from {}, {}", id, introduced.id(), peer.address(), kind);
    streams.events.accept(new StreamEvent.Connected(id, introduced, kind));
  }

  /** Secrets travel encrypted, unless the operator says that the network is trusted. */
  private boolean withheld(ResourceType type) {
    if (type != ResourceType.SECRET || peer.secure() || streams.secretsInCleartext) {
      return false;
    }
    if (report.withheld(type, NO_SECRETS, streams.now())) {
      streams.meter.withheld(type);
      LOG.warn("{} asks for secrets and is not answered: {}", this, NO_SECRETS);
      pump();
    }
    return true;
  }

  private void rejected(TypeStream.InFlight about, Rejection rejection) {
    LOG.warn("{} rejected {}", this, rejection.of(about));
    streams.events.accept(rejection.event(about, node()));
  }

  private Node node() {
    return reception
        .node()
        .orElseThrow(() -> new IllegalStateException("nothing comes before the node"));
  }

  /** Sends what can be sent now. */
  @SuppressWarnings("ReferenceEquality") // an equal one is worth a second look
  void pump() {
    confined();
    // Sending tells at once that more may be sent; the loop below finds that out by itself.
    Node node = reception.node().orElse(null);
    if (closed || node == null || pumping) {
      return;
    }
    long now = streams.now();
    if (now < admittedAt) {
      wake(admittedAt);
      return;
    }
    Snapshot current = placement.look(node).orElse(null);
    if (current == null) {
      // It matches no group, or its snapshot is not ready: silence, never an empty set.
      sequencer.unsettle();
      wakeAt = Long.MAX_VALUE;
      return;
    }
    if (current == done && now < wakeAt) {
      return;
    }
    boolean settled = sequencer.settled(current);
    Snapshot last = placement.replaced().orElse(null);
    if (last != null) {
      for (ResourceType type : sequencer.skipped(last, current)) {
        streams.meter.coalesced(type);
      }
    }
    sendAll(current, now);
    if (now >= wakeAt) {
      sequencer.overdue(now).forEach(streams.meter::late);
    }
    wake(sequencer.wakeAt(current, now));
    if (settled) {
      report.endpoints(sequencer, current);
    } else {
      report.progress(sequencer, current);
    }
  }

  private void wake(long time) {
    wakeAt = time;
    loop.wakeBy(time);
  }

  private void sendAll(Snapshot current, long now) {
    done = null;
    pumping = true;
    try {
      while (done == null && !closed && call.isReady()) {
        Optional<Sequencer.Outgoing> next = sequencer.next(current, now);
        if (next.isEmpty()) {
          done = current;
        } else {
          send(next.get(), now);
        }
      }
    } finally {
      pumping = false;
    }
  }

  private void send(Sequencer.Outgoing outgoing, long now) {
    Payload payload = outgoing.payload();
    Response response = new Response(payload.bytes(), Nonce.field(outgoing.nonce()));
    call.sendMessage(response);
    account.sent(payload, response.size(), now);
  }

  @Override
  public void onReady() {
    Loop.guarded(this, AdsStream::pump);
  }

  @Override
  public void onHalfClose() {
    // The client has nothing more to say, so it could not accept anything either.
    close(Status.OK, "");
  }

  @Override
  public void onCancel() {
    over();
  }

  @Override
  public void onComplete() {
    over();
  }

  private void over() {
    if (eventLoop.inEventLoop()) {
      gone();
    } else {
      eventLoop.execute(this::gone);
    }
  }

  /** Ends the stream, so that the Envoy connects again, elsewhere. */
  void end() {
    close(Status.UNAVAILABLE.withDescription("this Lish is stopping"), "stopping");
  }

  /** Ends the stream after a bug. */
  void fail() {
    close(Status.INTERNAL.withDescription("this stream failed; the server's log says why"), "bug");
  }

  /** Ends the stream if it is too old, or has waited too long for an answer. */
  void expire() {
    confined();
    long now = streams.now();
    if (now >= endsAt) {
      // The next stream must not take the same connection, or it would end up here again.
      leave.run();
      close(Status.UNAVAILABLE.withDescription("this stream is old; connect again"), "age");
      return;
    }
    Duration wait = streams.limits.lifetimes().answer();
    if (!wait.isZero() && reception.node().isEmpty() && now - openedAt >= wait.toNanos() / 1_000) {
      silent("a first request", wait);
    } else if (!wait.isZero()) {
      sequencer.silent(now, wait.toNanos() / 1_000).ifPresent(type -> silent(type.label(), wait));
    }
  }

  private void silent(String due, Duration wait) {
    String what = due + " within " + wait.toMillis() / 1_000.0 + " s";
    LOG.warn("{} has not answered for {}; its stream ends", this, what);
    close(Status.UNAVAILABLE.withDescription("no answer for " + what), "unanswered");
  }

  private void refuse(Reception.Refused refused) {
    LOG.warn("{} is refused: {}", this, refused.getMessage());
    close(refused.status(), refused.reason());
  }

  private void close(Status status, String reason) {
    if (!closed) {
      closedHere = true;
      if (!reason.isEmpty()) {
        streams.meter.ended(reason);
      }
      gone();
      call.close(status, new Metadata());
    }
  }

  /** True when it was this stream, not its client or its connection, that ended it. */
  boolean closedHere() {
    return closedHere;
  }

  private void gone() {
    confined();
    if (closed) {
      return;
    }
    closed = true;
    wakeAt = Long.MAX_VALUE;
    streams.remove(this);
    sequencer.types().forEach(type -> account.subscribes(type, false));
    report.belongs(null);
    reception.node().ifPresent(this::gone);
  }

  private void gone(Node node) {
    streams.gone(this, node);
    streams.events.accept(new StreamEvent.Gone(id, node));
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

  /** What the client has accepted. From any thread. */
  Accepted accepted() {
    return report.accepted();
  }

  /** Microseconds since the epoch. */
  long openedAt() {
    return openedAt;
  }

  @Override
  public String toString() {
    return reception.toString();
  }
}
