package dev.lish.app;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** What this machine is called, which is what a replica is called. */
final class HostName {
  private HostName() {}

  static String get() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
