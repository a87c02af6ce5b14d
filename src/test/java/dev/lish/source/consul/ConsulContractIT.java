package dev.lish.source.consul;

import dev.lish.source.Registry;
import dev.lish.source.RegistryContract;
import dev.lish.testing.ConsulProcess;
import dev.lish.testing.ConsulProcess.Registration;
import java.net.URI;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class ConsulContractIT extends RegistryContract {
  private static ConsulProcess consul;
  private static ConsulRegistry registry;

  private final Map<String, Set<String>> filled = new HashMap<>();

  @BeforeAll
  static void start() {
    consul = ConsulProcess.start();
    registry =
        new ConsulRegistry(
            ConsulSettings.of("consul", URI.create(consul.address())),
            Clock.systemUTC(),
            List.of());
  }

  @AfterAll
  static void stop() {
    if (registry != null) {
      registry.close();
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
      consul.register(Registration.local(service, id, instance.port(), instance.tag()));
    }
    for (String old : filled.getOrDefault(service, Set.of())) {
      if (!now.contains(old)) {
        consul.deregister(old);
      }
    }
    filled.put(service, now);
  }
}
