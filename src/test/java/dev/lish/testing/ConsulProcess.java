package dev.lish.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A real Consul agent in development mode: server and client in one, all in memory. It can be
 * stopped and started again on the same port, empty then.
 */
public final class ConsulProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ATTEMPTS = 3;

  private final Path binary;
  private final Path folder;
  private final List<String> arguments;
  private List<Integer> ports;
  private Child child;

  private ConsulProcess(Path binary, Path folder, List<String> arguments) {
    this.binary = binary;
    this.folder = folder;
    this.arguments = arguments;
    this.ports = Ports.free(3);
    this.child = launch();
  }

  /**
   * Starts an agent and waits until it has a leader. Skips the test where there is no Consul, and
   * fails it when CI is set.
   *
   * @param arguments more of the command line, e.g. {@code -hcl} and a setting
   */
  public static ConsulProcess start(String... arguments) {
    List<Path> found = Binaries.find("LISH_CONSUL", "consul-", "consul", "consul");
    if (found.isEmpty()) {
      Binaries.missing("Consul", "LISH_CONSUL");
    }
    Path folder;
    try {
      Path parent = Files.createDirectories(Path.of("target", "consuls").toAbsolutePath());
      folder = Files.createTempDirectory(parent, "agent-");
    } catch (IOException e) {
      throw new AssertionError("cannot prepare a Consul", e);
    }
    ConsulProcess consul =
        new ConsulProcess(found.get(found.size() - 1), folder, List.of(arguments));
    consul.awaitLeader(ATTEMPTS);
    return consul;
  }

  /** One instance of a service, without a check of its own: it is passing. */
  public record Registration(
      String service,
      String id,
      String address,
      int port,
      List<String> tags,
      Map<String, String> meta) {
    /** Copies the collections. */
    public Registration {
      tags = List.copyOf(tags);
      meta = Map.copyOf(meta);
    }

    /** On loopback, with tags. */
    public static Registration local(String service, String id, int port, String... tags) {
      return new Registration(service, id, "127.0.0.1", port, List.of(tags), Map.of());
    }
  }

  /** The HTTP port. */
  public int port() {
    return ports.get(0);
  }

  /** The address of the HTTP API, e.g. {@code http://127.0.0.1:8500}. */
  public String address() {
    return "http://127.0.0.1:" + port();
  }

  /** Registers an instance that is passing. */
  public void register(Registration registration) {
    put("/v1/agent/service/register", body(registration).toString());
  }

  /** Registers an instance with a check that the test sets; it starts with this status. */
  public void register(Registration registration, String status) {
    ObjectNode body = body(registration);
    ObjectNode check = body.putObject("Check");
    check.put("CheckID", checkId(registration.id()));
    check.put("TTL", "1h");
    check.put("Status", status);
    put("/v1/agent/service/register", body.toString());
  }

  /** Sets the check of an instance to {@code passing}, {@code warning} or {@code critical}. */
  public void setStatus(String id, String status) {
    put("/v1/agent/check/update/" + checkId(id), "{\"Status\":\"" + status + "\"}");
  }

  /** Removes an instance. */
  public void deregister(String id) {
    put("/v1/agent/service/deregister/" + id, "");
  }

  /**
   * Registers an instance straight in the catalog, on a node that has no agent, with a check of
   * this status: nothing but another write to the catalog changes it.
   */
  public void registerOn(String node, Registration registration, String status) {
    ObjectNode body = JSON.createObjectNode();
    body.put("Node", node).put("Address", registration.address());
    ObjectNode service = body.putObject("Service");
    service.put("Service", registration.service()).put("ID", registration.id());
    service.put("Address", registration.address()).put("Port", registration.port());
    ObjectNode check = body.putObject("Check");
    check.put("Node", node).put("CheckID", checkId(registration.id())).put("Name", "up");
    check.put("ServiceID", registration.id()).put("Status", status);
    put("/v1/catalog/register", body.toString());
  }

  /** Removes instances of a service that are in the catalog alone, all in one change. */
  public void deregisterAtOnce(String node, String service, List<String> ids) {
    replaceAtOnce(node, service, ids, List.of());
  }

  /** The same, and others of the service, without checks, come in that change. */
  public void replaceAtOnce(
      String node, String service, List<String> ids, List<Registration> others) {
    ArrayNode operations = JSON.createArrayNode();
    for (String id : ids) {
      ObjectNode operation = operations.addObject().putObject("Service");
      operation.put("Verb", "delete").put("Node", node);
      operation.putObject("Service").put("Service", service).put("ID", id);
    }
    for (Registration other : others) {
      ObjectNode operation = operations.addObject().putObject("Service");
      operation.put("Verb", "set").put("Node", node);
      ObjectNode instance = operation.putObject("Service");
      instance.put("Service", service).put("ID", other.id());
      instance.put("Address", other.address()).put("Port", other.port());
    }
    put("/v1/txn", operations.toString());
  }

  /** Puts an instance in maintenance, or back. */
  public void maintenance(String id, boolean on) {
    put("/v1/agent/service/maintenance/" + id + "?enable=" + on, "");
  }

  /** PUT to a path of the API, e.g. {@code /v1/agent/maintenance?enable=true}. */
  public String put(String path, String body) {
    return expectOk(path, Http.send("PUT", address() + path, body));
  }

  /** GET of a path of the API that answers JSON. */
  public JsonNode json(String path) {
    try {
      return JSON.readTree(expectOk(path, Http.get(address() + path)));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it without a farewell, as a crash does. */
  public void kill() {
    child.kill();
  }

  /** Starts it again on the same port, with nothing registered. */
  public void restart() {
    child.close();
    child = launch();
    awaitLeader(1);
  }

  @Override
  public void close() {
    child.close();
  }

  private Child launch() {
    List<String> command = new ArrayList<>(List.of(binary.toString(), "agent", "-dev"));
    command.addAll(List.of("-bind", "127.0.0.1", "-client", "127.0.0.1", "-node", "test"));
    command.addAll(List.of("-http-port", "" + ports.get(0), "-server-port", "" + ports.get(1)));
    command.addAll(List.of("-serf-lan-port", "" + ports.get(2), "-serf-wan-port", "-1"));
    command.addAll(List.of("-dns-port", "-1", "-grpc-port", "-1", "-grpc-tls-port", "-1"));
    command.addAll(List.of("-log-level", "warn"));
    command.addAll(arguments);
    return Child.start(folder, folder.resolve("consul.log"), command);
  }

  /** Another program may have taken a port in between: then it is tried again with others. */
  private void awaitLeader(int attempts) {
    try {
      Await.until(
          "Consul has a leader",
          () -> {
            child.assertAlive();
            return !json("/v1/status/leader").asText().isEmpty()
                && !json("/v1/catalog/nodes").isEmpty();
          });
    } catch (AssertionError e) {
      child.close();
      if (attempts == 1 || !child.output().contains("address already in use")) {
        throw new AssertionError(e.getMessage() + "; its log:\n" + child.output(), e);
      }
      ports = Ports.free(3);
      child = launch();
      awaitLeader(attempts - 1);
    }
  }

  private static ObjectNode body(Registration registration) {
    ObjectNode body = JSON.createObjectNode();
    body.put("Name", registration.service());
    body.put("ID", registration.id());
    body.put("Address", registration.address());
    body.put("Port", registration.port());
    registration.tags().forEach(body.putArray("Tags")::add);
    registration.meta().forEach(body.putObject("Meta")::put);
    return body;
  }

  private static String checkId(String id) {
    return "check-" + id;
  }

  private static String expectOk(String path, Http.Answer answer) {
    if (answer.status() != 200) {
      throw new AssertionError(path + ": " + answer + " (expected: 200)");
    }
    return answer.body();
  }
}
