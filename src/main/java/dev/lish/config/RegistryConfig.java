package dev.lish.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
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

  /**
   * An in-house registry that answers JSON.
   *
   * @param name what discovery names start with
   * @param url of the document
   * @param access who we are
   * @param limits how often it is asked, and what it may take
   * @param mapping where in the document things are
   */
  record Http(String name, URI url, HttpAccess access, HttpLimits limits, HttpMapping mapping)
      implements RegistryConfig {}

  /**
   * Who we are.
   *
   * @param header that the token goes into
   * @param token empty: the header is not sent
   * @param tls used when the address is {@code https}
   */
  record HttpAccess(String header, Optional<Secret> token, ClientTls tls) {}

  /**
   * How often an in-house registry is asked, and what it may take.
   *
   * @param every from one answer to the next request
   * @param timeout until a whole answer is there
   * @param maxBytes of an answer
   */
  record HttpLimits(Duration every, Duration timeout, long maxBytes) {}

  /**
   * Where in the document things are, as JSON pointers.
   *
   * @param services empty: the document lists instances, each of which names its service
   * @param pointers every other key of {@code map} to its pointer
   * @param states the registry's words to ours
   */
  record HttpMapping(
      Optional<String> services, Map<String, String> pointers, Map<String, String> states) {
    /** Copies the maps. */
    public HttpMapping {
      pointers = Map.copyOf(pointers);
      states = Map.copyOf(states);
    }
  }

  /** Calls the function of the case. */
  default <R> R match(
      Function<Consul, R> consul, Function<Files, R> files, Function<Http, R> http) {
    if (this instanceof Consul c) {
      return consul.apply(c);
    }
    return this instanceof Files f ? files.apply(f) : http.apply((Http) this);
  }
}
