package dev.lish.trial.wire;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;

/** One stand-in: its port, its connections and how it behaves. Safe for use by several threads. */
@SuppressWarnings("FutureReturnValueIgnored") // the end of the connection tells
final class StubPort implements AutoCloseable {
  /** How long Envoy may take to close its end of a connection that was closed. */
  private static final long CLOSE_MILLIS = 1_000;

  private final Stubs.Key key;
  private final EventLoopGroup loop;
  private final Tls tls;
  private final Supplier<Traits> traits;
  private final Notes notes;
  private final Set<Channel> connections = ConcurrentHashMap.newKeySet();
  private final int number;
  private volatile Behaviour behaviour = Behaviour.WELL;
  private Channel listening;

  /** There while connections are refused: nobody else may get the port, and nobody may listen. */
  private Optional<Socket> held = Optional.empty();

  StubPort(Stubs.Key key, EventLoopGroup loop, Tls tls, Supplier<Traits> traits, Notes notes)
      throws IOException {
    this.key = key;
    this.loop = loop;
    this.tls = tls;
    this.traits = traits;
    this.notes = notes;
    this.listening = listen(0);
    this.number = ((InetSocketAddress) listening.localAddress()).getPort();
  }

  private Channel listen(int port) throws IOException {
    var bound =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel connection) {
                    connections.add(connection);
                    connection.closeFuture().addListener(any -> connections.remove(connection));
                    connection
                        .pipeline()
                        .addLast(new StubConnection(StubPort.this, Optional.empty()));
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException("upstream of " + key.cluster() + ": port " + port, bound.cause());
    }
    return bound.channel();
  }

  Stubs.Key key() {
    return key;
  }

  int number() {
    return number;
  }

  Behaviour behaviour() {
    return behaviour;
  }

  Traits traits() {
    return traits.get();
  }

  Notes notes() {
    return notes;
  }

  /** The server's end of a TLS connection that begins now. */
  SSLEngine engine() {
    return tls.server(traits().names(), behaviour.shown());
  }

  /** From now on; when this returns, no connection is left that began otherwise. */
  synchronized void behave(Behaviour next) throws IOException {
    Behaviour before = behaviour;
    behaviour = next;
    if (next.refuses() && !before.refuses()) {
      listening.close().awaitUninterruptibly();
      held = Optional.of(hold());
      disconnect();
    } else if (before.refuses() && !next.refuses()) {
      release();
      listening = listen(number);
    } else if (!next.shown().equals(before.shown())) {
      disconnect();
    }
  }

  private Socket hold() throws IOException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
    while (true) {
      Socket socket = new Socket();
      try {
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), number));
        return socket;
      } catch (IOException e) {
        socket.close();
        // The JDK gives a closed port up when the loop has come round, a moment later.
        if (System.nanoTime() - end > 0) {
          throw new IOException("upstream of " + key.cluster() + ": port " + number, e);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
    }
  }

  private void release() throws IOException {
    if (held.isPresent()) {
      held.get().close();
      held = Optional.empty();
    }
  }

  /** Waits for Envoy's end too: a request on a connection that is half closed fails otherwise. */
  private void disconnect() {
    Set<Channel> closing = Set.copyOf(connections);
    closing.forEach(
        connection -> {
          if (connection instanceof SocketChannel socket) {
            socket.shutdownOutput();
          }
        });
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
    for (Channel connection : closing) {
      long rest = Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()));
      if (!connection.closeFuture().awaitUninterruptibly(rest)) {
        connection.close().awaitUninterruptibly(CLOSE_MILLIS);
      }
    }
  }

  @Override
  public synchronized void close() {
    var unused = listening.close();
    connections.forEach(Channel::close);
    try {
      release();
    } catch (IOException e) {
      // It was only held.
    }
  }
}
