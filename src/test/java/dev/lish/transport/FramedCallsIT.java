package dev.lish.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.lish.testing.Await;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls of grpc-java's own client, whose messages are frames at the server. */
class FramedCallsIT {
  private static final int MOST = 1 << 20;
  private static final int WINDOW = 64 << 10;

  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private int serve(Function<ServerCall<byte[], byte[]>, ServerCall.Listener<byte[]>> calls) {
    Server server = BytesService.start(MOST, builder -> {}, calls);
    opened.add(
        () -> {
          var unused = server.stop();
          Await.until("the port is given up", () -> server.activePorts().isEmpty());
        });
    return server.activeLocalPort();
  }

  private ManagedChannel connect(int port) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .flowControlWindow(WINDOW)
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    opened.add(channel::shutdownNow);
    return channel;
  }

  /** Answers with what it is sent. */
  private static ServerCall.Listener<byte[]> echo(ServerCall<byte[], byte[]> call) {
    return new ServerCall.Listener<>() {
      @Override
      public void onMessage(byte[] message) {
        call.sendMessage(message);
      }

      @Override
      public void onHalfClose() {
        call.close(Status.OK, new Metadata());
      }
    };
  }

  /** One call, and what it was told. */
  private static final class Caller extends ClientCall.Listener<byte[]> {
    private final ClientCall<byte[], byte[]> call;
    final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
    final BlockingQueue<Status> end = new LinkedBlockingQueue<>();

    Caller(ManagedChannel channel, CallOptions options, int messages) {
      call = channel.newCall(BytesService.METHOD, options);
      call.start(this, new Metadata());
      call.request(messages);
    }

    Caller(ManagedChannel channel) {
      this(channel, CallOptions.DEFAULT, Integer.MAX_VALUE);
    }

    @Override
    public void onMessage(byte[] message) {
      messages.add(message);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      end.add(status);
    }

    byte[] next() throws InterruptedException {
      byte[] message = messages.poll(10, TimeUnit.SECONDS);
      assertThat(message).as("a message within 10 s; the end: %s", end).isNotNull();
      return message;
    }

    /** What it says is echoed still. */
    void assertServed() throws InterruptedException {
      call.sendMessage(new byte[] {3});
      assertThat(next()).containsExactly(3);
    }

    Status end() throws InterruptedException {
      Status status = end.poll(10, TimeUnit.SECONDS);
      assertThat(status).as("an end within 10 s").isNotNull();
      return status;
    }
  }

  private static byte[] random(Random random, int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  @Test
  void streamsOfOneConnectionHaveTheirOwnMessagesOfAnySize() throws Exception {
    ManagedChannel channel = connect(serve(FramedCallsIT::echo));
    Random random = new Random(1);
    List<Caller> callers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      callers.add(new Caller(channel));
    }
    for (int round = 0; round < 20; round++) {
      List<byte[]> sent = new ArrayList<>();
      for (Caller caller : callers) {
        // Some are empty, some larger than a frame, some larger than the window.
        byte[] message = random(random, round == 0 ? 0 : random.nextInt(1 << random.nextInt(19)));
        sent.add(message);
        caller.call.sendMessage(message);
      }
      for (int i = 0; i < sent.size(); i++) {
        assertThat(callers.get(i).next()).isEqualTo(sent.get(i));
      }
    }
  }

  @Test
  void allIsToldBeforeTheEnd() throws Exception {
    Caller caller = new Caller(connect(serve(FramedCallsIT::echo)));
    Random random = new Random(2);
    List<byte[]> sent = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      sent.add(random(random, WINDOW));
      caller.call.sendMessage(sent.get(i));
    }
    caller.call.halfClose();
    assertThat(caller.end().getCode()).isEqualTo(Status.Code.OK);
    assertThat(caller.messages).hasSameSizeAs(sent);
    for (byte[] message : sent) {
      assertThat(caller.next()).isEqualTo(message);
    }
  }

  /** Sends as much as may be sent, and more when it is told so. */
  private static ServerCall.Listener<byte[]> flood(
      ServerCall<byte[], byte[]> call, AtomicInteger sent, byte[] message) {
    return new ServerCall.Listener<>() {
      @Override
      public void onMessage(byte[] request) {
        onReady();
      }

      @Override
      public void onReady() {
        while (call.isReady()) {
          sent.incrementAndGet();
          call.sendMessage(message);
        }
      }
    };
  }

  @Test
  void whoReadsSlowlyIsSentNoMoreThanItTakes() throws Exception {
    AtomicInteger sent = new AtomicInteger();
    byte[] large = random(new Random(3), 4 * WINDOW);
    int port = serve(call -> flood(call, sent, large));
    Caller slow = new Caller(connect(port), CallOptions.DEFAULT, 1);
    slow.call.sendMessage(new byte[0]);
    for (int i = 1; i <= 20; i++) {
      assertThat(slow.next()).isEqualTo(large);
      // One that it reads, one on the way, and what the connection holds is less than a window.
      assertThat(sent.get()).isLessThanOrEqualTo(i + 2);
      slow.call.request(1);
    }
  }

  @Test
  void clientThatGoesAwayLeavesNothingBehind() throws Exception {
    AtomicInteger sent = new AtomicInteger();
    byte[] large = random(new Random(4), 16 * WINDOW);
    int port = serve(call -> flood(call, sent, large));
    long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
    ManagedChannel channel = connect(port);
    for (int i = 1; i <= 10; i++) {
      int calls = i;
      Caller deaf = new Caller(channel, CallOptions.DEFAULT, 1);
      deaf.call.sendMessage(new byte[0]);
      assertThat(deaf.next()).isEqualTo(large);
      Await.until("the next one waits", () -> sent.get() == 2 * calls);
      deaf.call.cancel("away", null);
      assertThat(deaf.end().getCode()).isEqualTo(Status.Code.CANCELLED);
    }
    Await.until(
        "the buffers of ten messages are free",
        () -> PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() - before < large.length);
  }

  @Test
  void compressedRequestsAreLeftToArmeria() throws Exception {
    Caller caller =
        new Caller(
            connect(serve(FramedCallsIT::echo)),
            CallOptions.DEFAULT.withCompression("gzip"),
            Integer.MAX_VALUE);
    byte[] text = "one after the other, ".repeat(500).getBytes(US_ASCII);
    for (int i = 0; i < 5; i++) {
      caller.call.setMessageCompression(i % 2 == 1);
      caller.call.sendMessage(text);
      assertThat(caller.next()).isEqualTo(text);
    }
  }

  @Test
  void tooLargeARequestEndsItsStreamOnly() throws Exception {
    ManagedChannel channel = connect(serve(FramedCallsIT::echo));
    Caller other = new Caller(channel);
    Caller large = new Caller(channel);
    large.call.sendMessage(new byte[MOST]);
    assertThat(large.next()).hasSize(MOST);
    large.call.sendMessage(new byte[MOST + 1]);
    assertThat(large.end().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    other.assertServed();
  }

  @Test
  void callThatFailsEndsWithoutTheOthers() throws Exception {
    int port =
        serve(
            call ->
                new ServerCall.Listener<>() {
                  @Override
                  public void onMessage(byte[] message) {
                    if (message.length == 0) {
                      throw new IllegalArgumentException("meant by the test");
                    }
                    call.sendMessage(message);
                  }
                });
    ManagedChannel channel = connect(port);
    Caller other = new Caller(channel);
    Caller failing = new Caller(channel);
    failing.call.sendMessage(new byte[0]);
    Status end = failing.end();
    assertThat(end.getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(end.getDescription()).doesNotContain("meant by the test");
    other.assertServed();
  }

  /** One that ends itself, or whose failure is no exception, takes nobody with it either. */
  @Test
  void callThatFailsInAnyWayLeavesItsConnectionAlone() throws Exception {
    int port =
        serve(
            call ->
                new ServerCall.Listener<>() {
                  @Override
                  public void onMessage(byte[] message) {
                    if (message.length == 0) {
                      call.close(Status.ABORTED, new Metadata());
                      throw new IllegalStateException("meant by the test");
                    }
                    if (message.length == 2) {
                      throw new AssertionError("meant by the test");
                    }
                    call.sendMessage(message);
                  }
                });
    ManagedChannel channel = connect(port);
    Caller other = new Caller(channel);
    Caller over = new Caller(channel);
    over.call.sendMessage(new byte[0]);
    assertThat(over.end().getCode()).isEqualTo(Status.Code.ABORTED);
    Caller wrong = new Caller(channel);
    wrong.call.sendMessage(new byte[2]);
    assertThat(wrong.end().getCode()).isEqualTo(Status.Code.INTERNAL);
    other.assertServed();
  }

  @Test
  void callThatHasEndedIsToldNothingMore() throws Exception {
    AtomicInteger late = new AtomicInteger();
    int port =
        serve(
            call -> {
              ServiceRequestContext context = ServiceRequestContext.current();
              return new ServerCall.Listener<>() {
                private boolean over;

                @Override
                public void onMessage(byte[] message) {
                  late.addAndGet(over ? 1 : 0);
                  context.timeoutNow();
                }

                @Override
                public void onCancel() {
                  over = true;
                }
              };
            });
    Caller caller = new Caller(connect(port));
    for (int i = 0; i < 100; i++) {
      caller.call.sendMessage(new byte[] {1});
    }
    assertThat(caller.end().getCode()).isEqualTo(Status.Code.CANCELLED);
    assertThat(late.get()).isZero();
  }
}
