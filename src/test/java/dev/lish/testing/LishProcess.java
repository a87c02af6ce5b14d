package dev.lish.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A Lish in a process of its own, which can be killed as a machine would. */
public final class LishProcess implements AutoCloseable {
  private final Path folder;
  private final int admin;
  private final int xds;
  private Child child;

  private LishProcess(Path folder, int admin, int xds) {
    this.folder = folder;
    this.admin = admin;
    this.xds = xds;
    this.child = launch();
  }

  /** Starts it with this mesh; it need not be ready when this returns. */
  public static LishProcess start(Path folder, Path mesh) {
    return start(folder, mesh, "");
  }

  /** The same with these {@code xds.limits}. */
  public static LishProcess start(Path folder, Path mesh, String limits) {
    try {
      int admin = Ports.free();
      int xds = Ports.free();
      List<String> lines = new ArrayList<>();
      lines.add("data_dir: " + folder.resolve("data"));
      lines.add("config_dir: " + mesh.toAbsolutePath());
      lines.add("admin: { port: " + admin + " }");
      lines.add(
          "xds: { port: " + xds + (limits.isEmpty() ? "" : ", limits: { " + limits + " }") + " }");
      lines.add("embedded_central_dogma: { port: 0 }");
      Files.createDirectories(folder);
      Files.write(folder.resolve("lish.yaml"), lines);
      return new LishProcess(folder, admin, xds);
    } catch (IOException e) {
      throw new AssertionError("cannot prepare a Lish", e);
    }
  }

  private Child launch() {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.lish.cli.Main",
            "serve",
            "--config",
            folder.resolve("lish.yaml").toString());
    return Child.start(Path.of("").toAbsolutePath(), folder.resolve("lish.log"), command);
  }

  /** Waits until it is ready: a process that starts on a loaded machine takes its time. */
  public LishProcess awaitReady() {
    Await.value(
        "Lish is ready",
        Await.LONG.multipliedBy(4),
        () -> {
          child.assertAlive();
          return Http.get(url("/readyz")).status() == 200
              ? java.util.Optional.of(true)
              : java.util.Optional.empty();
        });
    return this;
  }

  /** Makes its mesh equal to the folder. */
  public void push(Path mesh, String message) {
    try {
      String token = Files.readString(folder.resolve("data/admin.token")).strip();
      Http.Answer answer =
          Http.send(
              "POST",
              url("/api/v1/push"),
              PushBody.of(mesh, message),
              "Content-Type",
              "application/json",
              "Authorization",
              "Bearer " + token);
      if (answer.status() != 200) {
        throw new AssertionError("push: " + answer);
      }
    } catch (IOException e) {
      throw new AssertionError("cannot push " + mesh, e);
    }
  }

  /** Ends it without a chance to say anything: SIGKILL. */
  public void kill() {
    child.kill();
  }

  /** Starts it again, with what is left on the disk. */
  public void startAgain() {
    child = launch();
  }

  /** An absolute URL of the admin API. */
  public String url(String path) {
    return "http://127.0.0.1:" + admin + path;
  }

  /** The port for Envoys. */
  public int xdsPort() {
    return xds;
  }

  @Override
  public void close() {
    child.close();
  }
}
