package dev.lish.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lish.config.LishConfig;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lish serve} and {@code lish demo}. */
final class ServeCommand implements Command {
  private static final String BY_DEFAULT = "lish.yaml";
  private static final long MAX_BYTES = 1 << 20;

  private final Terminal terminal;
  private final Main.Server server;
  private final boolean demo;

  ServeCommand(Terminal terminal, Main.Server server, boolean demo) {
    this.terminal = terminal;
    this.server = server;
    this.demo = demo;
  }

  @Override
  public CommandSpec spec() {
    return demo ? demoSpec() : serveSpec();
  }

  private CommandSpec demoSpec() {
    CommandSpec spec =
        Command.spec(
            this,
            "demo",
            "Shows Lish at work: the server, the sample's upstreams and an Envoy.",
            "  lish demo",
            "  ENVOY=/opt/envoy/bin/envoy lish demo");
    spec.usageMessage()
        .description(
            "Serves the sample mesh of config/ from an embedded Central Dogma, answers for its"
                + " upstreams on loopback, and starts the Envoy named by ENVOY or found on PATH."
                + " Prints the curl that goes through it. Ctrl-C ends all of it.");
    return spec;
  }

  private CommandSpec serveSpec() {
    CommandSpec spec =
        Command.spec(
            this,
            "serve",
            "Runs the server.",
            "  lish serve                              # embedded Central Dogma, seeded from config/",
            "  lish serve --config /etc/lish/lish.yaml",
            "",
            "Every key of lish.yaml is in docs/lish.yaml.md.");
    spec.usageMessage()
        .description(
            "Envoys connect to port 18000, people and metrics to http://127.0.0.1:8080; both on"
                + " loopback unless lish.yaml says otherwise. SIGTERM and Ctrl-C stop it: streams"
                + " end, so that Envoys move to another replica or keep what they have.");
    spec.addOption(
        Command.text(
            "FILE", "The settings (default: lish.yaml, if there is one).", "-c", "--config"));
    return spec;
  }

  @Override
  public int run(Arguments given) {
    LishConfig config = demo ? LishConfig.defaults() : read(given);
    return server.serve(config, demo);
  }

  private LishConfig read(Arguments given) {
    String name = given.text("--config").orElse(BY_DEFAULT);
    Path file = terminal.resolve(name);
    if (given.text("--config").isEmpty() && Files.notExists(file)) {
      return LishConfig.defaults();
    }
    return LishConfig.parse(name, readText(name, file))
        .match(
            LishConfig.Outcome.Settings::config,
            wrong -> {
              wrong.problems().forEach(p -> terminal.tell(p.toString()));
              throw Failure.usage(name + " is wrong; nothing was started");
            });
  }

  private static String readText(String name, Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw Failure.usage(name + ": larger than 1 MiB (expected: settings)");
      }
      return Files.readString(file, UTF_8);
    } catch (NoSuchFileException e) {
      throw Failure.world(name + ": no such file");
    } catch (CharacterCodingException e) {
      throw Failure.usage(name + ": not UTF-8");
    } catch (IOException e) {
      throw Failure.world(name + ": cannot be read: " + e.getMessage());
    }
  }
}
