package dev.lish.cli;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ParseResult;

/** What the user gave to a command. */
final class Arguments {
  private final ParseResult parsed;

  Arguments(ParseResult parsed) {
    this.parsed = parsed;
  }

  Optional<String> text(String option) {
    return Optional.ofNullable(parsed.matchedOptionValue(option, (String) null));
  }

  List<String> all(String option) {
    return parsed.matchedOptionValue(option, List.of());
  }

  boolean flag(String option) {
    return parsed.matchedOptionValue(option, false);
  }

  Optional<String> positional(int index) {
    return Optional.ofNullable(parsed.matchedPositionalValue(index, (String) null));
  }

  /** A positional that picocli has made sure of. */
  String required(int index) {
    return positional(index)
        .orElseThrow(() -> Failure.usage("argument " + (index + 1) + " is missing"));
  }

  /** The value of {@code -o}, the first of these when it is not given. */
  String output(String... known) {
    String output = text("-o").orElse(known[0]);
    if (!List.of(known).contains(output)) {
      throw Failure.usage("-o " + output + " (expected: " + String.join(" or ", known) + ")");
    }
    return output;
  }
}
