package dev.lish.render;

import io.pebbletemplates.pebble.extension.AbstractNodeVisitor;
import io.pebbletemplates.pebble.extension.NodeVisitor;
import io.pebbletemplates.pebble.node.AbstractRenderableNode;
import io.pebbletemplates.pebble.node.BodyNode;
import io.pebbletemplates.pebble.node.ExtendsNode;
import io.pebbletemplates.pebble.node.ImportNode;
import io.pebbletemplates.pebble.node.MacroNode;
import io.pebbletemplates.pebble.node.NamedArgumentNode;
import io.pebbletemplates.pebble.node.PrintNode;
import io.pebbletemplates.pebble.node.RenderableNode;
import io.pebbletemplates.pebble.node.RootNode;
import io.pebbletemplates.pebble.node.SetNode;
import io.pebbletemplates.pebble.node.TextNode;
import io.pebbletemplates.pebble.node.expression.Expression;
import io.pebbletemplates.pebble.template.EvaluationContextImpl;
import io.pebbletemplates.pebble.template.PebbleTemplateImpl;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Puts the nodes of a parsed template into nodes of ours, which count steps and characters and know
 * the line that is being evaluated.
 */
final class TemplateNodes extends AbstractNodeVisitor {
  private final Supplier<Evaluation> evaluation;
  private final String source;
  private final int[] lineStarts;

  TemplateNodes(PebbleTemplateImpl template, String source, Supplier<Evaluation> evaluation) {
    super(template);
    this.source = source;
    this.lineStarts =
        IntStream.concat(
                IntStream.of(0),
                IntStream.range(0, source.length())
                    .filter(i -> source.charAt(i) == '\n')
                    .map(i -> i + 1))
            .toArray();
    this.evaluation = evaluation;
  }

  @Override
  public void visit(RootNode root) {
    List<RenderableNode> children = root.getBody().getChildren();
    boolean extending = children.stream().anyMatch(ExtendsNode.class::isInstance);
    children.forEach(child -> child.accept(this));
    // In a template that extends another, Pebble evaluates only nodes of exactly these two classes.
    children.replaceAll(
        child ->
            extending && (child instanceof SetNode || child instanceof ImportNode)
                ? bounded(child)
                : tracked(child));
  }

  @Override
  public void visit(BodyNode body) {
    super.visit(body);
    List<RenderableNode> children = body.getChildren();
    children.replaceAll(this::tracked);
    // The body of a loop may be empty, and its rounds count all the same.
    children.add(0, new Step(body.getLineNumber(), evaluation));
  }

  @Override
  public void visit(MacroNode macro) {
    super.visit(macro);
    List<String> arguments =
        macro.getArgs().getNamedArgs().stream().map(NamedArgumentNode::getName).toList();
    List<RenderableNode> children = macro.getBody().getChildren();
    RenderableNode body =
        new MacroBody(
            macro.getBody().getLineNumber(), arguments, List.copyOf(children), evaluation);
    children.clear();
    children.add(body);
  }

  private RenderableNode tracked(RenderableNode node) {
    if (node instanceof TextNode text) {
      return new Plain(firstLine(text), split(new String(text.getData())), evaluation);
    }
    if (node instanceof PrintNode print) {
      return new Print(print.getLineNumber(), print.getExpression(), evaluation);
    }
    int line = node instanceof AbstractRenderableNode known ? known.getLineNumber() : 0;
    return new Tracked(line, bounded(node), evaluation);
  }

  private RenderableNode bounded(RenderableNode node) {
    return node instanceof SetNode set
        ? new SetNode(set.getLineNumber(), set.getName(), new Bounded(set.getValue(), evaluation))
        : node;
  }

  /** Pebble's line of a text is the one it ends on, before white space was trimmed. */
  private int firstLine(TextNode node) {
    String text = new String(node.getData());
    int next = Math.min(node.getLineNumber(), lineStarts.length - 1);
    int end = next < node.getLineNumber() ? source.length() : lineStarts[next] - 1;
    int start = source.lastIndexOf(text, end - text.length());
    if (start < 0) {
      return node.getLineNumber();
    }
    int line = Arrays.binarySearch(lineStarts, start);
    return line >= 0 ? line + 1 : -line - 1;
  }

  private static List<String> split(String text) {
    List<String> lines = new ArrayList<>();
    int start = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      lines.add(text.substring(start, end + 1));
      start = end + 1;
    }
    if (start < text.length()) {
      lines.add(text.substring(start));
    }
    return lines;
  }

  /** What all of ours have in common: a line, and that no visitor has to look into them. */
  private abstract static class Node extends AbstractRenderableNode {
    final Supplier<Evaluation> evaluation;

    Node(int line, Supplier<Evaluation> evaluation) {
      super(line);
      this.evaluation = evaluation;
    }

    Evaluation step(PebbleTemplateImpl self) {
      Evaluation now = evaluation.get();
      if (getLineNumber() > 0) {
        now.at(self.getName(), getLineNumber());
      }
      now.step();
      return now;
    }

    @Override
    public void accept(NodeVisitor visitor) {}
  }

  private static final class Step extends Node {
    Step(int line, Supplier<Evaluation> evaluation) {
      super(line, evaluation);
    }

    @Override
    public void render(PebbleTemplateImpl self, Writer writer, EvaluationContextImpl context) {
      evaluation.get().step();
    }
  }

  private static final class Tracked extends Node {
    private final RenderableNode node;

    Tracked(int line, RenderableNode node, Supplier<Evaluation> evaluation) {
      super(line, evaluation);
      this.node = node;
    }

    @Override
    public void render(PebbleTemplateImpl self, Writer writer, EvaluationContextImpl context)
        throws IOException {
      Evaluation now = step(self);
      now.enter();
      node.render(self, writer, context);
      now.leave();
      now.at(self.getName(), getLineNumber());
    }
  }

  private static final class MacroBody extends Node {
    private final List<String> arguments;
    private final List<RenderableNode> children;

    MacroBody(
        int line,
        List<String> arguments,
        List<RenderableNode> children,
        Supplier<Evaluation> evaluation) {
      super(line, evaluation);
      this.arguments = arguments;
      this.children = children;
    }

    @Override
    public void render(PebbleTemplateImpl self, Writer writer, EvaluationContextImpl context)
        throws IOException {
      Evaluation now = step(self);
      now.enter();
      for (String argument : arguments) {
        now.bound(context.getScopeChain().get(argument));
      }
      for (RenderableNode child : children) {
        child.render(self, writer, context);
      }
      now.leave();
    }
  }

  private static final class Plain extends Node {
    private final List<String> lines;

    Plain(int line, List<String> lines, Supplier<Evaluation> evaluation) {
      super(line, evaluation);
      this.lines = lines;
    }

    @Override
    public void render(PebbleTemplateImpl self, Writer writer, EvaluationContextImpl context)
        throws IOException {
      Evaluation now = step(self);
      for (int i = 0; i < lines.size(); i++) {
        now.at(self.getName(), getLineNumber() + i);
        now.make(lines.get(i).length());
        writer.write(lines.get(i));
      }
    }
  }

  private static final class Print extends Node {
    private final Expression<?> expression;

    Print(int line, Expression<?> expression, Supplier<Evaluation> evaluation) {
      super(line, evaluation);
      this.expression = expression;
    }

    @Override
    public void render(PebbleTemplateImpl self, Writer writer, EvaluationContextImpl context)
        throws IOException {
      Evaluation now = step(self);
      now.enter();
      Object value = expression.evaluate(self, context);
      now.leave();
      now.at(self.getName(), getLineNumber());
      String text = now.text(value);
      now.make(text.length());
      writer.write(text);
    }
  }

  /** An expression whose value is checked before it gets a name. */
  private record Bounded(Expression<?> expression, Supplier<Evaluation> evaluation)
      implements Expression<@Nullable Object> {
    @Override
    public @Nullable Object evaluate(PebbleTemplateImpl self, EvaluationContextImpl context) {
      return evaluation.get().bound(expression.evaluate(self, context));
    }

    @Override
    public int getLineNumber() {
      return expression.getLineNumber();
    }

    @Override
    public void accept(NodeVisitor visitor) {
      expression.accept(visitor);
    }
  }
}
