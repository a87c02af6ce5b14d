package dev.lish.config;

import dev.lish.model.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The settings of a server. Paths are relative to the working directory.
 *
 * @param data what must survive a restart
 * @param configDir the mesh folder that seeds an embedded Central Dogma
 * @param insecure true: the network is trusted, so cleartext off loopback is allowed
 * @param logLevel of Lish's own log: trace, debug, info, warn or error
 * @param ports what Lish opens
 * @param sources where the mesh and its instances come from
 * @param replicas admin addresses of the other replicas, {@code http(s)://HOST:PORT}
 */
public record LishConfig(
    Data data,
    Path configDir,
    boolean insecure,
    String logLevel,
    Ports ports,
    Sources sources,
    List<String> replicas) {
  /** Copies the list. */
  public LishConfig {
    replicas = List.copyOf(replicas);
  }

  /** The same with another mesh folder to seed from. */
  public LishConfig withConfigDir(Path folder) {
    return new LishConfig(data, folder, insecure, logLevel, ports, sources, replicas);
  }

  /** What must survive a restart. */
  public Path dataDir() {
    return data.dir();
  }

  /**
   * What must survive a restart.
   *
   * @param dir the folder
   * @param durable true: what the guard admits is forced to the disk before it is sent
   */
  public record Data(Path dir, boolean durable) {}

  /**
   * What Lish opens.
   *
   * @param xds for Envoys
   * @param admin for people and Prometheus
   * @param accessLogs what becomes of what Envoys log
   */
  public record Ports(XdsConfig xds, AdminConfig admin, AccessLogConfig accessLogs) {}

  /**
   * Where the mesh and its instances come from.
   *
   * @param centralDogma where the mesh folder is kept
   * @param registries of instances; names are unique
   * @param secretsDir the folder that {@code from_server:} reads; empty: there is none
   * @param descriptors files with a serialized FileDescriptorSet: more messages than the Envoy API
   *     has
   */
  public record Sources(
      DogmaConfig centralDogma,
      List<RegistryConfig> registries,
      Optional<Path> secretsDir,
      List<Path> descriptors) {
    /** Copies the lists. */
    public Sources {
      registries = List.copyOf(registries);
      descriptors = List.copyOf(descriptors);
    }
  }

  /** How reading {@code lish.yaml} ended. */
  public sealed interface Outcome {
    /** It is right. */
    record Settings(LishConfig config) implements Outcome {}

    /** It is wrong; sorted, at least one. */
    record Wrong(List<Problem> problems) implements Outcome {
      /** Copies the list. */
      public Wrong {
        problems = List.copyOf(problems);
      }
    }

    /** Calls the function of the case. */
    default <R> R match(Function<Settings, R> settings, Function<Wrong, R> wrong) {
      return this instanceof Settings s ? settings.apply(s) : wrong.apply((Wrong) this);
    }
  }

  /** The settings when there is no {@code lish.yaml}. */
  public static LishConfig defaults() {
    return parse("lish.yaml", "")
        .match(
            Outcome.Settings::config,
            wrong -> {
              throw new IllegalStateException("the defaults are wrong: " + wrong.problems());
            });
  }

  /**
   * Checks the text of a {@code lish.yaml}.
   *
   * @param path how Problems call the file
   */
  public static Outcome parse(String path, String text) {
    return new ConfigReader(path).read(text);
  }
}
