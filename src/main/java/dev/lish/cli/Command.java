package dev.lish.cli;

import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * A command. Options are built in code rather than read from annotations: reflection over fourteen
 * commands would cost every start more than a small check takes.
 */
interface Command {
  /** Its name, options and help. */
  CommandSpec spec();

  /** Does it; gives the exit code. */
  int run(Arguments given);

  /** A spec with the help option, one line of what it does, and paragraphs of how. */
  static CommandSpec spec(Command command, String name, String header, String... footer) {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(command);
    spec.name(name);
    spec.usageMessage().header(header).sortOptions(false).abbreviateSynopsis(false);
    spec.usageMessage().headerHeading("").descriptionHeading("%n").parameterListHeading("%n");
    spec.usageMessage().synopsisHeading("%nUsage: ").optionListHeading("%nOptions:%n");
    spec.usageMessage().footerHeading(footer.length == 0 ? "" : "%nExamples:%n").footer(footer);
    spec.usageMessage().exitCodeListHeading("%nExit codes:%n").exitCodeList(Exit.list());
    spec.addOption(
        OptionSpec.builder("-h", "--help")
            .usageHelp(true)
            .description("Prints this help.")
            .build());
    return spec;
  }

  /** An option with a value. */
  static OptionSpec text(String label, String description, String... names) {
    return OptionSpec.builder(names[0], rest(names))
        .type(String.class)
        .paramLabel(label)
        .description(description)
        .build();
  }

  /** An option with a value that may be given several times. */
  static OptionSpec many(String label, String description, String... names) {
    return OptionSpec.builder(names[0], rest(names))
        .type(List.class)
        .auxiliaryTypes(String.class)
        .paramLabel(label)
        .description(description)
        .build();
  }

  /** An option with one or more values. */
  static OptionSpec list(String label, String description, String... names) {
    return OptionSpec.builder(many(label, description, names)).arity("1..*").build();
  }

  /** An option without a value. */
  static OptionSpec flag(String description, String... names) {
    return OptionSpec.builder(names[0], rest(names))
        .type(boolean.class)
        .description(description)
        .build();
  }

  /** {@code -o}: a table for people, or JSON. */
  static void addOutput(CommandSpec spec) {
    spec.addOption(text("json", "For programs; the format is stable.", "-o", "--output"));
  }

  /** An argument by place. */
  static PositionalParamSpec positional(int index, String label, String description) {
    return PositionalParamSpec.builder()
        .index(Integer.toString(index))
        .type(String.class)
        .paramLabel(label)
        .required(!label.startsWith("["))
        .hideParamSyntax(true)
        .arity(label.startsWith("[") ? "0..1" : "1")
        .description(description)
        .build();
  }

  private static String[] rest(String... names) {
    return Arrays.copyOfRange(names, 1, names.length);
  }
}
