package dev.lish.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A real Kafka broker in KRaft mode, from its own jars, in a process of its own. */
public final class KafkaBroker implements AutoCloseable {
  private static final String SETTINGS =
      """
      process.roles=broker,controller
      node.id=1
      controller.quorum.bootstrap.servers=127.0.0.1:%2$d
      listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
      controller.listener.names=CONTROLLER
      log.dirs=%3$s
      num.partitions=1
      offsets.topic.replication.factor=1
      auto.create.topics.enable=true
      """;

  private final Path folder;
  private final int port;
  private Child child;

  private KafkaBroker(Path folder, int port) {
    this.folder = folder;
    this.port = port;
    child = launch();
  }

  /** Formats its folder and starts it; it need not be ready when this returns. */
  public static KafkaBroker start(Path folder) throws IOException {
    List<Integer> ports = Ports.free(2);
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("server.properties"),
        SETTINGS.formatted(ports.get(0), ports.get(1), folder.resolve("data")));
    try (Child format =
        java(
            folder,
            "format.log",
            "kafka.tools.StorageTool",
            "format",
            "--standalone",
            "-t",
            "AAAAAAAAAAAAAAAAAAAAAQ",
            "-c",
            "server.properties")) {
      Await.value(
          "the folder is formatted",
          Await.LONG,
          () -> format.isAlive() ? Optional.empty() : Optional.of(true));
      if (!format.output().contains("Formatting")) {
        throw new AssertionError(format.output());
      }
    }
    return new KafkaBroker(folder, ports.get(0));
  }

  private Child launch() {
    return java(folder, "broker.log", "kafka.Kafka", "server.properties");
  }

  private static Child java(Path folder, String log, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    // The logger's configuration of the tests is not for the broker.
    Path logback = folder.resolve("logback.xml");
    try {
      Files.writeString(
          logback,
          "<configuration><appender name='c' class='ch.qos.logback.core.ConsoleAppender'>"
              + "<encoder><pattern>%level %logger{0} %msg%n</pattern></encoder></appender>"
              + "<root level='info'><appender-ref ref='c'/></root></configuration>");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    command.add("-Dlogback.configurationFile=" + logback);
    command.addAll(List.of("-cp", absoluteClassPath()));
    command.addAll(List.of(arguments));
    return Child.start(folder, folder.resolve(log), command);
  }

  /** The broker runs in another folder than the tests. */
  private static String absoluteClassPath() {
    List<String> all = new ArrayList<>();
    for (String part :
        System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
      all.add(Path.of(part).toAbsolutePath().toString());
    }
    return String.join(java.io.File.pathSeparator, all);
  }

  /** {@code HOST:PORT}. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  /** Ends it without a farewell. */
  public void kill() {
    child.kill();
  }

  /** Starts it again with its data. */
  public void startAgain() {
    child = launch();
  }

  /** How long a test may wait for it. */
  public static Duration patience() {
    return Await.LONG;
  }

  @Override
  public void close() {
    child.kill();
  }
}
