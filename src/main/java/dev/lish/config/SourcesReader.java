package dev.lish.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads where the mesh and its instances come from. */
final class SourcesReader {
  private SourcesReader() {}

  /** {@code certificate} and {@code private_key}: both or none. */
  private static Optional<ClientTls> mutualTls(Section section) {
    Optional<Path> certificate = section.path("certificate");
    Optional<Path> privateKey = section.path("private_key");
    if (certificate.isPresent() != privateKey.isPresent()) {
      section.require("certificate", "private_key");
    }
    return tls(section, "certificate", "private_key")
        .map(t -> new ClientTls(t.trustedCa(), certificate, privateKey));
  }

  /** {@code tls: true} and {@code trusted_ca}. */
  private static Optional<ClientTls> tls(Section section, String... more) {
    boolean on = section.flag("tls", false);
    ClientTls tls = new ClientTls(section.path("trusted_ca"), Optional.empty(), Optional.empty());
    List<String> needTls = new ArrayList<>(List.of("trusted_ca"));
    needTls.addAll(List.of(more));
    for (String key : needTls) {
      if (!on && section.has(key)) {
        section.wrong(key, "given without TLS (expected: tls: true)");
      }
    }
    return on ? Optional.of(tls) : Optional.empty();
  }

  static LishConfig.Sources read(Section top) {
    DogmaConfig dogma = dogma(top);
    List<RegistryConfig> registries = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    for (Section section : top.sections("registries")) {
      registry(section).ifPresent(registries::add);
      section
          .text("name")
          .filter(name -> !names.add(name))
          .ifPresent(
              name ->
                  section.wrong("name", name + " is another's name too (expected: one of each)"));
    }
    return new LishConfig.Sources(
        dogma,
        registries,
        top.path("secrets_dir"),
        top.list("descriptors", "the path of a file", Section::toPath));
  }

  private static DogmaConfig dogma(Section top) {
    Section remote = top.section("central_dogma");
    Section embedded = top.section("embedded_central_dogma");
    DogmaConfig.Embedded here = new DogmaConfig.Embedded(embedded.whole("port", 36_462, 0, 65_535));
    embedded.done();
    DogmaConfig.Remote there = remote(remote);
    remote.done();
    if (!remote.isPresent()) {
      return here;
    }
    if (embedded.isPresent()) {
      top.wrong("embedded_central_dogma", "given together with central_dogma (expected: one)");
    }
    if (!remote.has("hosts")) {
      remote.wrong("hosts", "missing (expected: a list of HOST:PORT)");
    }
    if (there.repository().equals(there.ownRepository())) {
      remote.wrong(
          "own_repository",
          there.ownRepository()
              + " is the mesh's repository too (expected: another; a mirror deletes what Git does"
              + " not have)");
    }
    return there;
  }

  private static DogmaConfig.Remote remote(Section remote) {
    return new DogmaConfig.Remote(
        remote.list("hosts", "HOST:PORT", v -> Addresses.hostPort(v, 36_462)),
        remote.secret("token"),
        tls(remote),
        repositoryName(remote, "project", DogmaConfig.PROJECT),
        repositoryName(remote, "repository", DogmaConfig.REPOSITORY),
        folder(remote),
        repositoryName(remote, "own_repository", DogmaConfig.OWN_REPOSITORY));
  }

  /** What Central Dogma takes as a name. */
  private static String repositoryName(Section section, String key, String byDefault) {
    return section
        .parsed(
            key,
            byDefault,
            "a name of letters, digits, - + _ and .",
            v ->
                Optional.of(v)
                    .filter(n -> n.matches("[0-9A-Za-z](?:[-+_0-9A-Za-z.]*[0-9A-Za-z])?")))
        .orElse(byDefault);
  }

  private static String folder(Section section) {
    String path =
        section
            .parsed(
                "path",
                "/",
                "a folder of the repository, such as / or /mesh",
                v ->
                    Optional.of(v)
                        .filter(
                            p -> p.matches("(/[-_0-9a-zA-Z]([-_.0-9a-zA-Z]*[-_0-9a-zA-Z])?)*/?")))
            .orElse("/");
    return path.endsWith("/") ? path : path + "/";
  }

  private static Optional<RegistryConfig> registry(Section section) {
    String name =
        section
            .parsed(
                "name",
                "",
                "a word of letters, digits, - and _, not empty",
                v -> Optional.of(v).filter(n -> n.matches("[A-Za-z0-9_-]+")))
            .orElse("");
    Section consul = section.section("consul");
    Section files = section.section("files");
    Section http = section.section("http");
    Optional<RegistryConfig> registry = Optional.empty();
    if (List.of("consul", "files", "http").stream().filter(section::has).count() != 1) {
      section.wrong(
          "name", name + " has none or several kinds (expected: one of consul, files, http)");
    } else if (section.has("consul")) {
      registry = Optional.of(consul(name, consul));
      consul.done();
    } else if (section.has("files")) {
      registry = files(name, files);
      files.done();
    } else {
      registry = HttpReader.read(name, http);
      http.done();
    }
    if (!section.has("name")) {
      section.wrong("name", "missing (expected: the word that discovery names start with)");
    }
    section.done();
    return registry;
  }

  private static RegistryConfig consul(String name, Section consul) {
    return new RegistryConfig.Consul(
        name,
        consul
            .parsed("address", "127.0.0.1:8500", "HOST:PORT", v -> Addresses.hostPort(v, 8500))
            .orElse(new HostPort("127.0.0.1", 8500)),
        consul.text("datacenter"),
        consul.secret("token"),
        mutualTls(consul),
        new RegistryConfig.Load(
            consul.duration("wait", "1m", Duration.ofSeconds(1), Duration.ofMinutes(10)),
            consul.whole("connections", 120, 30, 10_000),
            consul.whole("reads_per_second", 500, 1, 100_000),
            consul.flag("stale", false)));
  }

  private static Optional<RegistryConfig> files(String name, Section files) {
    Optional<Path> path = files.path("path");
    if (!files.has("path")) {
      files.wrong("path", "missing (expected: a YAML file of instances)");
    }
    return path.map(p -> new RegistryConfig.Files(name, p));
  }
}
