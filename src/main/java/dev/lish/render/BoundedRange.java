package dev.lish.render;

import io.pebbletemplates.pebble.extension.Function;
import io.pebbletemplates.pebble.template.EvaluationContext;
import io.pebbletemplates.pebble.template.PebbleTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code range(1, 5)} and {@code 1..5}: numbers, both ends included, not too many. */
final class BoundedRange implements Function {
  private static final int MAX = 100_000;

  private final Supplier<Evaluation> evaluation;

  BoundedRange(Supplier<Evaluation> evaluation) {
    this.evaluation = evaluation;
  }

  @Override
  public List<String> getArgumentNames() {
    return List.of("start", "end", "increment");
  }

  @Override
  public Object execute(
      Map<String, Object> arguments, PebbleTemplate self, EvaluationContext context, int line) {
    Evaluation now = evaluation.get();
    long start = number(now, "start", arguments.get("start"));
    long end = number(now, "end", arguments.get("end"));
    Object given = arguments.get("increment");
    long increment = given == null ? 1 : number(now, "increment", given);
    if (increment == 0) {
      throw now.problem("range: increment 0 (expected: another number)");
    }
    List<Long> numbers = new ArrayList<>();
    for (long i = start; increment > 0 ? i <= end : i >= end; i += increment) {
      if (numbers.size() == MAX) {
        throw now.problem("range: more than " + MAX + " numbers");
      }
      numbers.add(i);
    }
    now.make(numbers.size());
    return numbers;
  }

  private static long number(Evaluation now, String name, @Nullable Object value) {
    if (value instanceof Number number && Math.abs(number.doubleValue()) < 1L << 53) {
      return number.longValue();
    }
    throw now.problem(
        "range: " + name + " is a " + Evaluation.kind(value) + " (expected: a number)");
  }
}
