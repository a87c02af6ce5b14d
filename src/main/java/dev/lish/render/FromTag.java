package dev.lish.render;

import io.pebbletemplates.pebble.extension.NodeVisitor;
import io.pebbletemplates.pebble.lexer.Token;
import io.pebbletemplates.pebble.lexer.TokenStream;
import io.pebbletemplates.pebble.node.AbstractRenderableNode;
import io.pebbletemplates.pebble.node.RenderableNode;
import io.pebbletemplates.pebble.node.expression.Expression;
import io.pebbletemplates.pebble.parser.Parser;
import io.pebbletemplates.pebble.template.EvaluationContextImpl;
import io.pebbletemplates.pebble.template.PebbleTemplateImpl;
import io.pebbletemplates.pebble.tokenParser.TokenParser;
import io.pebbletemplates.pebble.utils.Pair;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code {% from "file" import macro as alias, … %}}. In place of Pebble's own, which fails when a
 * template that is kept parsed is evaluated a second time ("more than one macro").
 */
final class FromTag implements TokenParser {
  @Override
  public String getTag() {
    return "from";
  }

  @Override
  public RenderableNode parse(Token token, Parser parser) {
    TokenStream stream = parser.getStream();
    stream.next();
    Expression<?> file = parser.getExpressionParser().parseExpression();
    stream.expect(Token.Type.NAME, "import");
    List<Pair<String, String>> macros = new ArrayList<>();
    do {
      String macro = stream.expect(Token.Type.NAME).getValue();
      String alias = macro;
      if (stream.current().test(Token.Type.NAME, "as")) {
        stream.next();
        alias = stream.expect(Token.Type.NAME).getValue();
      }
      macros.add(new Pair<>(alias, macro));
    } while (skipComma(stream));
    stream.expect(Token.Type.EXECUTE_END);
    return new From(token.getLineNumber(), file, macros);
  }

  private static boolean skipComma(TokenStream stream) {
    if (stream.current().test(Token.Type.PUNCTUATION, ",")) {
      stream.next();
      return true;
    }
    return false;
  }

  private static final class From extends AbstractRenderableNode {
    private final Expression<?> file;
    private final List<Pair<String, String>> macros;

    From(int line, Expression<?> file, List<Pair<String, String>> macros) {
      super(line);
      this.file = file;
      this.macros = macros;
    }

    @Override
    public void render(PebbleTemplateImpl self, Writer writer, EvaluationContextImpl context) {
      List<Pair<String, String>> unknown =
          macros.stream().filter(macro -> !self.hasMacro(macro.getLeft())).toList();
      self.importNamedMacrosFromTemplate(String.valueOf(file.evaluate(self, context)), unknown);
    }

    @Override
    public void accept(NodeVisitor visitor) {}
  }
}
