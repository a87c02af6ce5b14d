package dev.lish.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Free ports of the loopback address, for programs that cannot be told to choose one. */
public final class Ports {
  private Ports() {}

  /** So many different ports that were free a moment ago. */
  public static List<Integer> free(int count) {
    List<Integer> ports = new ArrayList<>();
    hold(count, ports);
    return ports;
  }

  /** Each is held until the last is found, so that none is given twice. */
  private static void hold(int count, List<Integer> ports) {
    if (count == 0) {
      return;
    }
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ports.add(socket.getLocalPort());
      hold(count - 1, ports);
    } catch (IOException e) {
      throw new AssertionError("no free port", e);
    }
  }

  /** One free port. */
  public static int free() {
    return free(1).get(0);
  }
}
