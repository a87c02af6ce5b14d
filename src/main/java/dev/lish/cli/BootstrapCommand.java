package dev.lish.cli;

import dev.lish.render.Bootstrap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lish bootstrap}. */
final class BootstrapCommand implements Command {
  private static final List<String> VALUES =
      List.of(
          "node-id",
          "node-cluster",
          "metadata",
          "locality",
          "server",
          "tls-ca",
          "tls-cert",
          "tls-key",
          "tls-san",
          "admin-port",
          "access-log-port");

  private final Terminal terminal;

  BootstrapCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Command.spec(
            this,
            "bootstrap",
            "Prints the bootstrap file of an Envoy that this Lish configures.",
            "  # one file for all machines; who they are is told by Envoy's flags",
            "  lish bootstrap --server lish.example.com:18000 > envoy.yaml",
            "  envoy -c envoy.yaml --service-node edge-1 --service-cluster edge-web \\",
            "      --service-zone tokyo-1",
            "",
            "  # one machine, two servers, mTLS",
            "  lish bootstrap --node-id edge-1 --node-cluster edge-web \\",
            "      --server lish-1.example.com:18000 --server lish-2.example.com:18000 \\",
            "      --tls-ca ca.crt --tls-cert edge-1.crt --tls-key edge-1.key > envoy.yaml");
    spec.usageMessage()
        .description(
            "The file makes Envoy wait for Lish instead of opening with nothing, and names the"
                + " cluster "
                + Bootstrap.ACCESS_LOG_CLUSTER
                + " for listeners that send access"
                + " logs. It holds no secrets, only the names of files on the Envoy's host.");
    spec.addOption(
        Command.text("ID", "The Envoy's name; without it, its --service-node.", "--node-id"));
    spec.addOption(
        Command.text(
            "CLUSTER",
            "What kind of Envoy it is; without it, its --service-cluster.",
            "--node-cluster"));
    spec.addOption(
        Command.many("KEY=VALUE", "Metadata of the node; may be repeated.", "--metadata"));
    spec.addOption(
        Command.many(
            "zone=ZONE",
            "Where it runs: region=, zone= or sub_zone=; may be repeated.",
            "--locality"));
    spec.addOption(
        Command.many(
            "HOST[:PORT]",
            "Where Lish listens (default: 127.0.0.1:18000); may be repeated.",
            "--server"));
    spec.addOption(Command.text("FILE", "Speak TLS; who signed Lish's certificate.", "--tls-ca"));
    spec.addOption(Command.text("FILE", "The Envoy's own certificate (mTLS).", "--tls-cert"));
    spec.addOption(Command.text("FILE", "The key of that certificate.", "--tls-key"));
    spec.addOption(
        Command.many(
            "NAME",
            "A name that Lish's certificate may have; without it, the hosts of --server.",
            "--tls-san"));
    spec.addOption(Command.flag("State-of-the-world protocol instead of delta.", "--sotw"));
    spec.addOption(
        Command.text(
            "PORT", "Envoy's own admin page, on loopback (default: 9901).", "--admin-port"));
    spec.addOption(
        Command.text(
            "PORT",
            "Where the servers take access logs, if not where they take xDS.",
            "--access-log-port"));
    return spec;
  }

  @Override
  public int run(Arguments given) {
    Map<String, List<String>> options = new TreeMap<>();
    for (String name : VALUES) {
      List<String> values =
          List.of("metadata", "locality", "server", "tls-san").contains(name)
              ? given.all("--" + name)
              : given.text("--" + name).stream().toList();
      options.put(name, values);
    }
    options.put("sotw", List.of(Boolean.toString(given.flag("--sotw"))));
    try {
      terminal.out().print(Bootstrap.parse(options).yaml());
      return Exit.FINE;
    } catch (IllegalArgumentException e) {
      throw Failure.usage("--" + e.getMessage());
    }
  }
}
