package dev.lish.accesslog;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A stream; gRPC calls it by one thread at a time. */
final class LogStream implements StreamObserver<Batch> {
  private static final Logger LOG = LoggerFactory.getLogger(LogStream.class);

  static final ByteString OTHER_LOG = ByteString.copyFromUtf8(AccessLogs.OTHER);

  /** Between the node's cluster and the log's name in a key; UTF-8 has no such byte. */
  private static final byte SEPARATOR = (byte) 0xff;

  private static final ByteString NAMELESS = ByteString.copyFrom(new byte[] {SEPARATOR});

  private final AccessLogs all;
  private final StreamObserver<StreamAccessLogsResponse> answer;
  private AccessLogs.LogTotal log;
  private boolean open = true;
  private volatile Origins.Known known = Origins.Known.NOTHING;
  private final AtomicReference<From> from =
      new AtomicReference<>(new From(Origin.UNKNOWN, new Scope("", Origin.UNKNOWN)));
  private Writer writer = Writer.UNKNOWN;

  LogStream(AccessLogs all, StreamObserver<StreamAccessLogsResponse> answer) {
    this.all = all;
    this.answer = answer;
    log = all.logs.get(NAMELESS);
    log.openStreams.increment();
    all.opened(this);
  }

  /** Where entries come from, and what they are counted by. */
  private record From(Origin origin, Scope scope) {
    From with(Origin now) {
      if (now.equals(origin)) {
        return this;
      }
      Origin counted = now.counted();
      boolean same = counted.equals(scope.origin());
      return new From(now, same ? scope : new Scope(scope.nodeCluster(), counted));
    }
  }

  /** Asks anew where it comes from; by another thread, which a message that comes now precedes. */
  void refresh() {
    From before = requireNonNull(from.get());
    from.compareAndSet(before, before.with(known.look()));
  }

  /** What the Envoy has accepted when a message comes is what its entries are joined with. */
  private void join() {
    From before = requireNonNull(from.get());
    from.set(before.with(known.now(before.origin())));
  }

  @Override
  public void onNext(Batch message) {
    if (!open) {
      return;
    }
    all.messages.increment();
    Shard shard = all.shard();
    long start = Share.processorNanos();
    join();
    Delta delta = shard.lock();
    Reading reading = new Reading(delta, shard.share.allows(System.nanoTime()));
    try {
      BatchReader.read(message, shard.entry, reading);
    } catch (IOException e) {
      all.refused.increment();
      end();
      answer.onError(
          Status.INVALID_ARGUMENT
              .withDescription(e.getMessage() + " (expected: a StreamAccessLogsMessage)")
              .asRuntimeException());
    } catch (RuntimeException e) {
      LOG.error("A bug: a stream of access logs is ended", e);
      end();
      answer.onError(Status.INTERNAL.withDescription("a bug in Lish").asRuntimeException());
    } finally {
      delta.lock.unlock();
      reading.done();
      shard.share.spent(Share.processorNanos() - start);
    }
  }

  /** One message. */
  private final class Reading implements BatchReader.Sink {
    private final Delta delta;
    private final boolean wanted;
    private From current = requireNonNull(from.get());
    private Delta.@Nullable Adder adder;
    private long entries;
    private long partial;
    private long dropped;

    Reading(Delta delta, boolean wanted) {
      this.delta = delta;
      this.wanted = wanted;
    }

    @Override
    public void identifier(ByteString node, Writer who) {
      log.openStreams.decrement();
      ByteString cluster = ByteString.copyFromUtf8(who.nodeCluster());
      log = all.logs.get(cluster.concat(NAMELESS).concat(ByteString.copyFromUtf8(who.logName())));
      log.openStreams.increment();
      boolean tooLong = cluster.size() > Totals.MAX_KEY_BYTES;
      String name = tooLong ? AccessLogs.OTHER : who.nodeCluster();
      writer = who;
      Origins.Known found = all.origins().of(node.toByteArray());
      known = found;
      Origin now = found.look();
      current = new From(now, new Scope(name, now.counted()));
      from.set(current);
      adder = null;
    }

    @Override
    public boolean wantsEntries() {
      return wanted;
    }

    @Override
    public void skipped() {
      dropped++;
    }

    @Override
    public void entry(Entry entry) {
      if (entry.partial) {
        partial++;
        return;
      }
      entries++;
      current.origin().destinations().complete(entry, writer.logName());
      Delta.Adder to = adder;
      if (to == null) {
        to = delta.of(current.scope());
        adder = to;
      }
      to.add(entry);
      all.raw().take(entry, writer, current.origin());
    }

    void done() {
      log.entries.add(entries);
      if (partial > 0) {
        all.partial.add(partial);
      }
      if (dropped > 0) {
        all.dropped.add(dropped);
      }
    }
  }

  @Override
  public void onError(Throwable cause) {
    if (open) {
      all.broken.increment();
    }
    end();
  }

  @Override
  public void onCompleted() {
    if (open) {
      end();
      answer.onNext(StreamAccessLogsResponse.getDefaultInstance());
      answer.onCompleted();
    }
  }

  private void end() {
    if (open) {
      open = false;
      log.openStreams.decrement();
      all.closed(this);
    }
  }

  /** The log whose key in {@link AccessLogs#logs} this is. */
  static AccessLogView.Log log(ByteString key, long openStreams, long entries) {
    int cut = 0;
    while (cut < key.size() && key.byteAt(cut) != SEPARATOR) {
      cut++;
    }
    if (cut == key.size()) {
      return new AccessLogView.Log(AccessLogs.OTHER, AccessLogs.OTHER, openStreams, entries);
    }
    return new AccessLogView.Log(
        key.substring(0, cut).toStringUtf8(),
        key.substring(cut + 1).toStringUtf8(),
        openStreams,
        entries);
  }
}
