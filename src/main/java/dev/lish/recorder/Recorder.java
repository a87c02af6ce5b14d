package dev.lish.recorder;

import dev.lish.model.ResourceType;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Watches the discovery services from outside: every message as the bytes that go over the wire,
 * whatever objects the server works with. Other services pass through.
 */
public class Recorder implements ServerInterceptor {
  private final List<RecordedStream> streams = new CopyOnWriteArrayList<>();

  /** Every stream so far, oldest first. */
  public List<RecordedStream> streams() {
    return List.copyOf(streams);
  }

  /** The streams of the node with this id. */
  public List<RecordedStream> streamsOf(String nodeId) {
    return streams.stream().filter(s -> s.nodeId().equals(nodeId)).toList();
  }

  /** The responses of a type on all streams of a node, oldest stream first. */
  public List<XdsEvent.Response> responses(String nodeId, ResourceType type) {
    return streamsOf(nodeId).stream().flatMap(s -> s.responses(type).stream()).toList();
  }

  /** How many messages were recorded: equal at two times if nothing went on in between. */
  public int size() {
    return streams.stream().mapToInt(s -> s.events().size()).sum();
  }

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    MethodDescriptor<A, B> method = call.getMethodDescriptor();
    if (!RecordedStream.isDiscovery(method.getFullMethodName())) {
      return next.startCall(call, headers);
    }
    RecordedStream stream = new RecordedStream(streams.size(), method.getFullMethodName());
    streams.add(stream);
    ServerCall<A, B> outgoing =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void sendMessage(B message) {
            // Before it leaves: the answer must not be recorded first.
            stream.response(bytes(method.streamResponse(message)));
            super.sendMessage(message);
          }

          @Override
          public void close(Status status, Metadata trailers) {
            stream.end();
            super.close(status, trailers);
          }
        };
    return new SimpleForwardingServerCallListener<>(next.startCall(outgoing, headers)) {
      @Override
      public void onMessage(A message) {
        stream.request(bytes(method.streamRequest(message)));
        super.onMessage(message);
      }

      @Override
      public void onCancel() {
        stream.end();
        super.onCancel();
      }

      @Override
      public void onComplete() {
        stream.end();
        super.onComplete();
      }
    };
  }

  private static byte[] bytes(InputStream in) {
    try (in) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
