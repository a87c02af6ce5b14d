package dev.lish.config;

import dev.lish.config.LishConfig.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads one {@code lish.yaml}, from the top to the bottom of {@code docs/lish.yaml.md}. */
final class ConfigReader {
  private static final int MAX_CHARACTERS = 1 << 20;
  private static final Set<String> LEVELS = Set.of("trace", "debug", "info", "warn", "error");
  private static final String OFF_LOOPBACK =
      " is not loopback and has no tls (expected: tls, or insecure: true if the network is"
          + " trusted)";

  private final Section.Report report;

  ConfigReader(String path) {
    this.report = new Section.Report(path, new ArrayList<>(), new LinkedHashMap<>());
  }

  /** Every key that was asked for, dotted, with its default. */
  Map<String, String> keys() {
    return report.keys();
  }

  Outcome read(String text) {
    Optional<Node> root = compose(text);
    if (!report.problems().isEmpty()) {
      return new Outcome.Wrong(report.problems());
    }
    Section top = new Section(report, "", root);
    LishConfig config = config(top);
    top.done();
    if (report.problems().isEmpty()) {
      return new Outcome.Settings(config);
    }
    return new Outcome.Wrong(report.problems().stream().distinct().sorted().toList());
  }

  private Optional<Node> compose(String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(report.path())
            .setCodePointLimit(MAX_CHARACTERS)
            .setMaxAliasesForCollections(10)
            .build();
    try {
      return new Compose(settings).composeString(text);
    } catch (MarkedYamlEngineException e) {
      Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
      report.wrong(mark.map(m -> m.getLine() + 1).orElse(0), "not YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      report.wrong(0, "not YAML: " + e.getMessage());
    }
    return Optional.empty();
  }

  private LishConfig config(Section top) {
    LishConfig.Data data =
        new LishConfig.Data(top.path("data_dir", "data"), top.flag("data_durable", true));
    Path configDir = top.path("config_dir", "config");
    boolean insecure = top.flag("insecure", false);
    String level =
        top.parsed(
                "log_level",
                "info",
                "trace, debug, info, warn or error",
                v -> Optional.of(v.toLowerCase(Locale.ROOT)).filter(LEVELS::contains))
            .orElse("info");
    LishConfig.Ports ports =
        new LishConfig.Ports(
            xds(top.section("xds"), insecure),
            admin(top.section("admin"), insecure),
            AccessLogReader.read(top.section("access_logs")));
    LishConfig.Sources sources = SourcesReader.read(top);
    List<String> replicas =
        top.list(
            "replicas",
            "the admin address of a replica, http(s)://HOST:PORT",
            v -> Optional.of(v).filter(r -> r.matches("https?://[^/\\s]+")));
    checkReplicas(top, replicas, sources);
    return new LishConfig(data, configDir, insecure, level, ports, sources, replicas);
  }

  /** Two replicas with something of their own each would be two meshes. */
  private static void checkReplicas(
      Section top, List<String> replicas, LishConfig.Sources sources) {
    if (replicas.isEmpty()) {
      return;
    }
    if (sources.centralDogma() instanceof DogmaConfig.Embedded) {
      top.wrong(
          "replicas",
          "given with an embedded Central Dogma, which every replica has for itself (expected:"
              + " central_dogma.hosts)");
    }
    for (RegistryConfig registry : sources.registries()) {
      if (registry instanceof RegistryConfig.Files files) {
        top.wrong(
            "replicas",
            "given with the registry "
                + files.name()
                + ", a file of this host alone (expected: registries/"
                + files.name()
                + ".yaml in the mesh folder)");
      }
    }
  }

  private XdsConfig xds(Section xds, boolean insecure) {
    String address = address(xds);
    int port = port(xds, 18_000);
    Section tls = xds.section("tls");
    Optional<ServerTls> serverTls =
        serverTls(tls, tls.path("client_ca"), tls.flag("require_client_certificate", false));
    if (serverTls.isEmpty() && !tls.isPresent() && !insecure && !Addresses.isLoopback(address)) {
      xds.wrong("address", address + OFF_LOOPBACK);
    }
    Section limits = xds.section("limits");
    XdsConfig config = new XdsConfig(address, port, serverTls, limits(limits), lifetimes(limits));
    limits.done();
    xds.done();
    return config;
  }

  private static XdsConfig.Limits limits(Section limits) {
    Duration hour = Duration.ofHours(1);
    Duration least = Duration.ofMillis(100);
    return new XdsConfig.Limits(
        limits.whole("max_streams", 50_000, 1, 1_000_000),
        limits.whole("new_streams_per_second", 5_000, 1, 1_000_000),
        limits.size("max_request_bytes", "16MiB", 256L << 20),
        limits.whole("max_names", 100_000, 1, 10_000_000),
        limits.duration("ack_wait", "30s", least, hour),
        limits.duration("drain_time", "600s", Duration.ZERO, hour.multipliedBy(24)),
        limits.duration("subscribe_wait", "1s", Duration.ZERO, hour),
        limits.duration("stop_time", "10s", least, hour));
  }

  private static XdsConfig.Lifetimes lifetimes(Section limits) {
    Duration day = Duration.ofHours(24);
    return new XdsConfig.Lifetimes(
        limits.duration("ping_interval", "30s", Duration.ofSeconds(1), Duration.ofHours(1)),
        limits.duration("answer_time", "10m", Duration.ZERO, day),
        limits.duration("max_connection_age", "0s", Duration.ZERO, day.multipliedBy(30)));
  }

  private AdminConfig admin(Section admin, boolean insecure) {
    String address = address(admin);
    int port = port(admin, 8080);
    Section tls = admin.section("tls");
    Optional<ServerTls> serverTls = serverTls(tls, Optional.empty(), false);
    if (serverTls.isEmpty() && !tls.isPresent() && !insecure && !Addresses.isLoopback(address)) {
      admin.wrong("address", address + OFF_LOOPBACK);
    }
    Optional<Secret> token = admin.secretOutside("token");
    admin.done();
    return new AdminConfig(address, port, serverTls, token);
  }

  private static String address(Section section) {
    return section
        .parsed(
            "address",
            "127.0.0.1",
            "an IP address to listen on, such as 127.0.0.1 or 0.0.0.0",
            v -> Optional.of(v).filter(Addresses::isListenable))
        .orElse("127.0.0.1");
  }

  private static int port(Section section, int byDefault) {
    return section.whole("port", byDefault, 0, 65_535);
  }

  private static Optional<ServerTls> serverTls(
      Section tls, Optional<Path> clientCa, boolean requireClientCertificate) {
    Optional<Path> certificate = tls.path("certificate");
    Optional<Path> privateKey = tls.path("private_key");
    if (tls.isPresent()) {
      tls.require("certificate", "private_key");
    }
    if (requireClientCertificate && clientCa.isEmpty()) {
      tls.wrong("require_client_certificate", "true without client_ca (expected: both)");
    }
    tls.done();
    return certificate.flatMap(
        c -> privateKey.map(k -> new ServerTls(c, k, clientCa, requireClientCertificate)));
  }
}
