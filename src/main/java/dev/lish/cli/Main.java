package dev.lish.cli;

import dev.lish.app.Checkout;
import dev.lish.app.Foreground;
import dev.lish.app.StartException;
import dev.lish.config.LishConfig;
import dev.lish.model.Nearest;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code lish} command. */
public final class Main {
  private static final String HEADER = "An Envoy control plane for machines, not clusters.";

  private static final String LOG_LEVEL = "lish.log.level";

  private static final Set<String> SERVERS = Set.of("serve", "demo");

  private final Terminal terminal;
  private final Server server;

  /** What {@code serve} and {@code demo} start. */
  @FunctionalInterface
  public interface Server {
    /**
     * Runs until it is told to stop.
     *
     * @param demo true: with the sample's upstreams and an Envoy
     * @return the exit code
     */
    int serve(LishConfig config, boolean demo);
  }

  /** A command line that talks to this terminal and starts this server. */
  public Main(Terminal terminal, Server server) {
    this.terminal = terminal;
    this.server = server;
  }

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    if (args.length > 0 && !SERVERS.contains(args[0])) {
      // Only servers log. For the others Logback's start would cost more than a small check takes.
      System.setProperty("slf4j.provider", "org.slf4j.helpers.NOP_FallbackServiceProvider");
      System.setProperty("slf4j.internal.verbosity", "WARN");
    }
    PrintStream out = stream(FileDescriptor.out);
    Terminal terminal =
        new Terminal(
            out,
            stream(FileDescriptor.err),
            TerminalSize.detect(System.getenv()),
            System.getenv(),
            Path.of(""),
            Clock.systemUTC());
    int exitCode = new Main(terminal, (config, demo) -> serve(terminal, config, demo)).run(args);
    out.flush();
    System.exit(exitCode);
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(
        new java.io.BufferedOutputStream(new FileOutputStream(descriptor)),
        true,
        StandardCharsets.UTF_8);
  }

  /** Runs one command; gives its exit code. */
  public int run(String... args) {
    CommandLine line = commandLine();
    try {
      return execute(line.parseArgs(args));
    } catch (ParameterException e) {
      return refuse(e);
    } catch (Failure e) {
      terminal.tell(terminal.red("lish: ") + e.getMessage());
      return e.exitCode();
    } catch (RuntimeException e) {
      terminal.tell(terminal.red("lish: ") + "this is a bug in Lish, please report it:");
      e.printStackTrace(terminal.err());
      return Exit.WORLD;
    }
  }

  private int execute(ParseResult parsed) {
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    CommandLine line = last.commandSpec().commandLine();
    if (last.isUsageHelpRequested()) {
      line.usage(terminal.out(), ansi());
      return Exit.FINE;
    }
    if (parsed.isVersionHelpRequested()) {
      terminal.print("lish " + version());
      return Exit.FINE;
    }
    if (last.commandSpec().userObject() instanceof Command command) {
      return command.run(new Arguments(last));
    }
    line.usage(terminal.err(), ansi());
    return Exit.USAGE;
  }

  private int refuse(ParameterException e) {
    terminal.tell(terminal.red("lish: ") + message(e));
    terminal.tell("Try: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
    return Exit.USAGE;
  }

  private static String message(ParameterException e) {
    if (!(e instanceof UnmatchedArgumentException unmatched)) {
      return String.valueOf(e.getMessage());
    }
    String word = unmatched.getUnmatched().get(0);
    CommandLine line = e.getCommandLine();
    if (word.startsWith("-")) {
      return "unknown option "
          + word
          + Nearest.question(word, line.getCommandSpec().optionsMap().keySet());
    } else if (line.getParent() == null) {
      return "unknown command " + word + Nearest.question(word, line.getSubcommands().keySet());
    }
    return "one argument too many: " + word;
  }

  private CommandLine commandLine() {
    CommandSpec root = CommandSpec.create().name("lish");
    root.usageMessage()
        .header(HEADER)
        .synopsisHeading("%nUsage: ")
        .commandListHeading("%nCommands:%n")
        .optionListHeading("%nOptions:%n")
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(Exit.list())
        .footerHeading("%nFirst steps:%n")
        .footer(
            "  lish demo                  see it work",
            "  lish check config          what is wrong with a mesh folder?",
            "  lish serve                 run the server",
            "  lish bootstrap             print the file that an Envoy starts with",
            "  lish COMMAND --help        more about a command");
    root.addOption(
        OptionSpec.builder("-h", "--help")
            .usageHelp(true)
            .description("Prints this help.")
            .build());
    root.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .description("Prints the version.")
            .build());
    for (Command command : commands()) {
      CommandSpec spec = command.spec();
      root.addSubcommand(spec.name(), spec);
    }
    return new CommandLine(root)
        .setColorScheme(CommandLine.Help.defaultColorScheme(ansi()))
        .setExpandAtFiles(false)
        .setUsageHelpWidth(terminal.style().width().map(w -> Math.min(w, 100)).orElse(80));
  }

  private List<Command> commands() {
    return List.of(
        new ServeCommand(terminal, server, false),
        new ServeCommand(terminal, server, true),
        new BootstrapCommand(terminal),
        new CheckCommand(terminal),
        new RenderCommand(terminal),
        new DiffCommand(terminal),
        new TestCommand(terminal),
        new PushCommand(terminal),
        new StatusCommand(terminal),
        new NodesCommand(terminal),
        new SourcesCommand(terminal),
        new ProblemsCommand(terminal),
        new TopCommand(terminal),
        new GraphCommand(terminal),
        new GuardCommand(terminal),
        new LogsCommand(terminal),
        new OrderCommand(terminal, OrderCommand.Verb.PAUSE),
        new OrderCommand(terminal, OrderCommand.Verb.RESUME),
        new OrderCommand(terminal, OrderCommand.Verb.PROMOTE),
        new OrderCommand(terminal, OrderCommand.Verb.ROLLBACK),
        DrainCommand.drain(terminal),
        DrainCommand.undrain(terminal));
  }

  private Ansi ansi() {
    return terminal.style().colour() ? Ansi.ON : Ansi.OFF;
  }

  private static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "(not from a jar)" : version;
  }

  private static int serve(Terminal terminal, LishConfig config, boolean demo) {
    // The file is read before the first logger is made. Who starts one run decides before the file.
    if (terminal.variable("LISH_LOG_LEVEL").isEmpty() && System.getProperty(LOG_LEVEL) == null) {
      System.setProperty(LOG_LEVEL, config.logLevel());
    }
    Checkout checkout =
        new Checkout(
            Optional.ofNullable(System.getProperty("lish.home")).map(Path::of), Path.of(""));
    LishConfig settings = demo ? config.withConfigDir(checkout.sampleMesh()) : config;
    try {
      new Foreground(terminal.out(), terminal.clock(), terminal.environment(), checkout)
          .run(settings, demo);
      return Exit.FINE;
    } catch (StartException e) {
      throw Failure.world(e.sentence());
    }
  }
}
