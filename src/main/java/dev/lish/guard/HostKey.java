package dev.lish.guard;

/** What a host is called wherever assignments, holds and people speak of it. */
public final class HostKey {
  private HostKey() {}

  /** For example {@code 10.0.0.1:80} or {@code [2001:db8::1]:80}. */
  public static String of(String address, int port) {
    return address.indexOf(':') >= 0 ? "[" + address + "]:" + port : address + ":" + port;
  }

  /**
   * Where a host is, of what makes it the same one to Envoy: that has after a slash what is
   * checked, where that is elsewhere. A socket's path has slashes of its own.
   */
  public static String place(String key) {
    int slash = key.indexOf('/');
    return slash > 0 && Character.isDigit(key.charAt(slash - 1)) && key.indexOf(' ') < 0
        ? key.substring(0, slash)
        : key;
  }
}
