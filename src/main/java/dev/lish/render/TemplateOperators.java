package dev.lish.render;

import io.pebbletemplates.pebble.node.expression.BinaryExpression;
import io.pebbletemplates.pebble.operator.Associativity;
import io.pebbletemplates.pebble.operator.BinaryOperator;
import io.pebbletemplates.pebble.operator.BinaryOperatorImpl;
import io.pebbletemplates.pebble.operator.BinaryOperatorType;
import io.pebbletemplates.pebble.template.EvaluationContextImpl;
import io.pebbletemplates.pebble.template.PebbleTemplateImpl;
import io.pebbletemplates.pebble.utils.OperatorUtils;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The operators that could make or walk something without bound, with a bound. */
final class TemplateOperators {
  private TemplateOperators() {}

  /** An operator's work. */
  private interface Work {
    @Nullable Object apply(Evaluation evaluation, @Nullable Object left, @Nullable Object right);
  }

  /** Same symbols and precedences as Pebble's. */
  static List<BinaryOperator> all(Supplier<Evaluation> evaluation) {
    return List.of(
        operator("~", 110, evaluation, TemplateOperators::concatenate),
        operator("+", 40, evaluation, TemplateOperators::add),
        operator("-", 40, evaluation, TemplateOperators::subtract),
        operator("contains", 20, evaluation, TemplateOperators::contains),
        operator("==", 30, evaluation, TemplateOperators::equal),
        operator("equals", 30, evaluation, TemplateOperators::equal),
        operator("!=", 30, evaluation, (now, left, right) -> !equal(now, left, right)));
  }

  private static BinaryOperator operator(
      String symbol, int precedence, Supplier<Evaluation> evaluation, Work work) {
    return new BinaryOperatorImpl(
        symbol,
        precedence,
        () -> new Operation(evaluation, work),
        BinaryOperatorType.NORMAL,
        Associativity.LEFT);
  }

  private static Object concatenate(Evaluation now, @Nullable Object left, @Nullable Object right) {
    String first = now.text(left);
    String second = now.text(right);
    now.make((long) first.length() + second.length());
    return first + second;
  }

  private static Object add(Evaluation now, @Nullable Object left, @Nullable Object right) {
    if (left instanceof List<?> list) {
      List<@Nullable Object> sum = new ArrayList<>(list);
      if (right instanceof Collection<?> more) {
        sum.addAll(more);
      } else {
        sum.add(right);
      }
      now.make(sum.size());
      return sum;
    }
    return left instanceof Number && right instanceof Number
        ? OperatorUtils.add(left, right)
        : concatenate(now, left, right);
  }

  private static Object subtract(Evaluation now, @Nullable Object left, @Nullable Object right) {
    if (left instanceof Number && right instanceof Number) {
      return OperatorUtils.subtract(left, right);
    }
    throw now.problem(
        Evaluation.kind(left) + " - " + Evaluation.kind(right) + " (expected: two numbers)");
  }

  private static Boolean equal(Evaluation now, @Nullable Object left, @Nullable Object right) {
    now.bound(left);
    now.bound(right);
    return same(left, right);
  }

  @SuppressWarnings("NullAway") // Pebble's method takes null, and has no annotations.
  private static boolean same(@Nullable Object left, @Nullable Object right) {
    return OperatorUtils.equals(left, right);
  }

  private static Boolean contains(Evaluation now, @Nullable Object left, @Nullable Object right) {
    now.bound(left);
    now.bound(right);
    if (left instanceof Collection<?> all && right instanceof Collection<?> some) {
      now.make((long) all.size() * some.size());
      return all.containsAll(some);
    }
    if (left instanceof Collection<?> all) {
      return all.stream().anyMatch(one -> same(one, right));
    }
    if (left instanceof Map<?, ?> map) {
      return map.containsKey(right);
    }
    return left != null && now.text(left).contains(now.text(right));
  }

  private static final class Operation extends BinaryExpression<@Nullable Object> {
    private final Supplier<Evaluation> evaluation;
    private final Work work;

    Operation(Supplier<Evaluation> evaluation, Work work) {
      this.evaluation = evaluation;
      this.work = work;
    }

    @Override
    public @Nullable Object evaluate(PebbleTemplateImpl self, EvaluationContextImpl context) {
      Object left = getLeftExpression().evaluate(self, context);
      Object right = getRightExpression().evaluate(self, context);
      return work.apply(evaluation.get(), left, right);
    }
  }
}
