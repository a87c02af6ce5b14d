package dev.lish.source.consul;

import dev.lish.source.Health;
import dev.lish.source.Registry;
import dev.lish.source.RegistryContract;
import dev.lish.testing.ConsulProcess;
import dev.lish.testing.Wire;
import java.net.URI;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class ConsulContractIT extends RegistryContract {
  private static ConsulProcess consul;
  private static Wire wire;
  private static ConsulRegistry registry;

  private final Map<String, Set<String>> filled = new HashMap<>();

  @BeforeAll
  static void start() {
    consul = ConsulProcess.start();
    wire = Wire.to(consul.port());
    registry =
        new ConsulRegistry(
            ConsulSettings.of("consul", URI.create("http://127.0.0.1:" + wire.port())),
            Clock.systemUTC(),
            List.of());
  }

  @AfterAll
  static void stop() {
    if (registry != null) {
      registry.close();
    }
    if (wire != null) {
      wire.close();
    }
    if (consul != null) {
      consul.close();
    }
  }

  @Override
  protected Registry registry() {
    return registry;
  }

  @Override
  protected void fill(String service, List<Filled> instances) {
    Set<String> now = new HashSet<>();
    for (Filled instance : instances) {
      String id = service + "-" + instance.port();
      now.add(id);
      consul.put("/v1/agent/service/register", registration(service, id, instance));
      consul.maintenance(id, instance.health() == Health.MAINTENANCE);
    }
    for (String old : filled.getOrDefault(service, Set.of())) {
      if (!now.contains(old)) {
        consul.deregister(old);
      }
    }
    filled.put(service, now);
  }

  private static String registration(String service, String id, Filled instance) {
    String status =
        instance.health() == Health.MAINTENANCE
            ? "passing"
            : instance.health().name().toLowerCase(Locale.ROOT);
    return """
        {"Name": "%s", "ID": "%s", "Address": "127.0.0.1", "Port": %d, "Tags": ["%s"],
         "Weights": {"Passing": %d, "Warning": %d}, "Meta": {"zone": "%s", "version": "%s"},
         "Check": {"TTL": "1h", "Status": "%s"}}
        """
        .formatted(
            service,
            id,
            instance.port(),
            instance.tag(),
            instance.weight(),
            instance.weight(),
            instance.zone(),
            instance.version(),
            status);
  }

  @Override
  protected void breakOff() {
    wire.cut();
  }

  @Override
  protected void mend() {
    wire.mend();
  }
}
