package dev.lish.config;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Where the mesh folder and Lish's own state are kept. */
public sealed interface DogmaConfig {
  /** The project's name when no other is given, embedded or not. */
  String PROJECT = "lish";

  /** The name of the repository with the mesh folder. */
  String REPOSITORY = "mesh";

  /** The name of Lish's own repository, for what operators set. */
  String OWN_REPOSITORY = "lish";

  /**
   * A Central Dogma in this process, on loopback only.
   *
   * @param port 0 to 65535; 0 takes a free one
   */
  record Embedded(int port) implements DogmaConfig {}

  /**
   * A real Central Dogma.
   *
   * @param hosts its replicas
   * @param token an application token; empty: it asks for none
   * @param tls empty: cleartext
   * @param project the project
   * @param repository holds the mesh folder
   * @param path of the mesh folder in the repository, starts and ends with a slash
   * @param ownRepository holds what operators set; never the mirrored one
   */
  record Remote(
      List<HostPort> hosts,
      Optional<Secret> token,
      Optional<ClientTls> tls,
      String project,
      String repository,
      String path,
      String ownRepository)
      implements DogmaConfig {
    /** Copies the list. */
    public Remote {
      hosts = List.copyOf(hosts);
    }
  }

  /** Calls the function of the case. */
  default <R> R match(Function<Embedded, R> embedded, Function<Remote, R> remote) {
    return this instanceof Embedded e ? embedded.apply(e) : remote.apply((Remote) this);
  }
}
