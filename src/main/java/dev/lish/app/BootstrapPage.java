package dev.lish.app;

import dev.lish.config.XdsConfig;
import dev.lish.render.Bootstrap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The bootstrap that the admin API gives: that of the command, with this server's own address. */
final class BootstrapPage {
  private BootstrapPage() {}

  static String yaml(Map<String, List<String>> options, XdsConfig xds, Lish.Ports open) {
    Map<String, List<String>> all = new TreeMap<>(options);
    all.putIfAbsent("server", List.of(own(xds, open.xds())));
    open.accessLogs()
        .ifPresent(p -> all.putIfAbsent("access-log-port", List.of(Integer.toString(p))));
    return Bootstrap.parse(all).yaml();
  }

  /** Listening everywhere is no address to connect to, but the host's name is. */
  private static String own(XdsConfig xds, int port) {
    boolean everywhere = xds.address().equals("0.0.0.0") || xds.address().equals("::");
    String host = everywhere ? HostName.get() : xds.address();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
