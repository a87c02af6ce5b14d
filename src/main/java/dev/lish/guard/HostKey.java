package dev.lish.guard;

/** What a host is called wherever assignments, holds and people speak of it. */
public final class HostKey {
  private HostKey() {}

  /** For example {@code 10.0.0.1:80} or {@code [2001:db8::1]:80}. */
  public static String of(String address, int port) {
    return address.indexOf(':') >= 0 ? "[" + address + "]:" + port : address + ":" + port;
  }
}
