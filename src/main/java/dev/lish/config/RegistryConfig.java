package dev.lish.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** A registry of instances. */
public sealed interface RegistryConfig {
  /** What discovery names start with. */
  String name();

  /**
   * Consul.
   *
   * @param name what discovery names start with
   * @param address of the agent to ask
   * @param datacenter empty: the agent's own
   * @param token an ACL token; empty: the agent's default
   * @param tls empty: cleartext
   * @param load how hard it is asked
   */
  record Consul(
      String name,
      HostPort address,
      Optional<String> datacenter,
      Optional<Secret> token,
      Optional<ClientTls> tls,
      Load load)
      implements RegistryConfig {}

  /**
   * How hard a Consul agent is asked.
   *
   * @param waitTime how long one blocking query may stay unanswered; Consul allows ten minutes
   * @param connections at most; an agent allows 200 per client by default
   * @param readsPerSecond at most, of those that do not block, when there are more queries than
   *     connections
   * @param stale true: any server may answer, not only the leader
   */
  record Load(Duration waitTime, int connections, int readsPerSecond, boolean stale) {}

  /**
   * A file on this host, for demos and tests.
   *
   * @param name what discovery names start with
   * @param path the file, read again when it changes
   */
  record Files(String name, Path path) implements RegistryConfig {}

  /** Calls the function of the case. */
  default <R> R match(Function<Consul, R> consul, Function<Files, R> files) {
    return this instanceof Consul c ? consul.apply(c) : files.apply((Files) this);
  }
}
