package dev.lish.render;

import dev.lish.model.ProblemKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** Takes the text of a file, gives its YAML documents as node trees that know their lines. */
final class YamlText {
  /** The deepest nesting that a document may have. */
  static final int MAX_DEPTH = 128;

  private static final LoadSettings SETTINGS =
      LoadSettings.builder()
          .setSchema(new CoreSchema())
          // Both are checked in NodeTree, with lines; a file of a thousand clusters may well use an
          // anchor a thousand times.
          .setMaxAliasesForCollections(Integer.MAX_VALUE)
          .setAllowNonScalarKeys(true)
          .setCodePointLimit(Integer.MAX_VALUE)
          .setParseComments(false)
          .build();

  private YamlText() {}

  /**
   * All documents of a file, without empty ones. Merge keys are resolved, and an alias is the same
   * node as its anchor. Empty after a Problem that leaves no usable tree; other Problems, such as
   * duplicate keys, are only reported.
   */
  static List<Node> parse(Text text, ProblemSink sink) {
    if (text.content().length() > Text.MAX_BYTES) {
      sink.report(
          ProblemKind.SYNTAX,
          text.path(),
          0,
          "found %d characters of YAML (expected: at most %d)"
              .formatted(text.content().length(), Text.MAX_BYTES));
      return List.of();
    }
    if (hasForbiddenCharacter(text, sink)) {
      return List.of();
    }
    List<Node> documents = new ArrayList<>();
    StreamReader reader = new StreamReader(SETTINGS, text.content());
    try {
      Parser parser = new ParserImpl(SETTINGS, reader);
      Composer composer = new Composer(SETTINGS, new Shallow(parser));
      while (composer.hasNext()) {
        Node document = composer.next();
        if (!document.getTag().equals(Tag.NULL)) {
          documents.add(document);
        }
      }
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().or(e::getContextMark).map(YamlText::line).orElse(0);
      text.report(sink, ProblemKind.SYNTAX, line, explain(e, text));
      return List.of();
    } catch (YamlEngineException e) {
      text.report(sink, ProblemKind.SYNTAX, 0, "not valid YAML: " + e.getMessage());
      return List.of();
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      // The scanner lets these out when the text ends inside an escape of a quoted text.
      text.report(
          sink,
          ProblemKind.SYNTAX,
          reader.getLine() + 1,
          "not valid YAML: an escape that is cut off");
      return List.of();
    }
    NodeTree tree = new NodeTree(text, sink);
    return documents.stream().allMatch(tree::check) ? List.copyOf(documents) : List.of();
  }

  /** The line of the text on which the node starts, from 1; 0 when unknown. */
  static int line(Node node) {
    Optional<Mark> mark = node.getStartMark();
    return mark.isPresent() ? line(mark.get()) : 0;
  }

  /**
   * The line of what a path of field names (in either form) and list indices leads to; of the last
   * step that is there, where the path leads nowhere.
   */
  static int line(Node root, Object... path) {
    Node at = root;
    int line = line(root);
    for (Object step : path) {
      if (step instanceof Integer index
          && at instanceof SequenceNode list
          && index < list.getValue().size()) {
        at = list.getValue().get(index);
        line = line(at);
      } else if (at instanceof MappingNode map && entry(map, step.toString()).isPresent()) {
        NodeTuple tuple = entry(map, step.toString()).get();
        at = tuple.getValueNode();
        line = line(tuple.getKeyNode());
      } else {
        // A block that starts below its key: the block's own line says more.
        return Math.max(line, line(at));
      }
    }
    return line;
  }

  private static Optional<NodeTuple> entry(MappingNode map, String field) {
    String folded = field.replace("_", "").toLowerCase(Locale.ROOT);
    return map.getValue().stream()
        .filter(
            tuple ->
                tuple.getKeyNode() instanceof ScalarNode key
                    && key.getValue().replace("_", "").toLowerCase(Locale.ROOT).equals(folded))
        .findFirst();
  }

  private static int line(Mark mark) {
    return mark.getLine() + 1;
  }

  private static boolean hasForbiddenCharacter(Text text, ProblemSink sink) {
    String content = text.content();
    int line = 1;
    for (int i = 0; i < content.length(); ) {
      int c = content.codePointAt(i);
      if (c == '\n') {
        line++;
      } else if ((c < ' ' || c > '~') && !StreamReader.isPrintable(c)) {
        String found = "found the character U+%04X".formatted(c);
        text.report(
            sink,
            ProblemKind.SYNTAX,
            line,
            found + ", which YAML does not allow (expected: text without control characters)");
        return true;
      }
      i += Character.charCount(c);
    }
    return false;
  }

  private static String explain(MarkedYamlEngineException e, Text text) {
    String problem = e.getProblem() == null ? "" : e.getProblem().strip();
    if (problem.contains("\\t") || problem.toLowerCase(Locale.ROOT).contains("tab")) {
      return "found a tab (expected: spaces)";
    }
    String context = e.getContext() == null ? "" : e.getContext().strip();
    if (context.isEmpty()) {
      return "not valid YAML: " + problem;
    }
    String start =
        e.getContextMark().map(mark -> ", which starts on " + text.lineName(line(mark))).orElse("");
    return "not valid YAML: " + problem + " (" + context + start + ")";
  }

  /**
   * Ends the parse before deep nesting overflows the stack of the recursive composer, or an
   * explicit merge tag starts the composer's own merge (see {@link CoreSchema#MERGE}).
   */
  private static final class Shallow implements Parser {
    private final Parser parser;
    private int depth;

    Shallow(Parser parser) {
      this.parser = parser;
    }

    @Override
    public boolean checkEvent(Event.ID choice) {
      return parser.checkEvent(choice);
    }

    @Override
    public Event peekEvent() {
      return parser.peekEvent();
    }

    @Override
    public boolean hasNext() {
      return parser.hasNext();
    }

    @Override
    public Event next() {
      Event event = parser.next();
      switch (event.getEventId()) {
        case MappingStart, SequenceStart -> {
          if (++depth > MAX_DEPTH) {
            throw new Refused("nested deeper than " + MAX_DEPTH + " levels", event.getStartMark());
          }
        }
        case MappingEnd, SequenceEnd -> depth--;
        case Scalar -> {
          if (((ScalarEvent) event).getTag().filter(Tag.MERGE.getValue()::equals).isPresent()) {
            throw new Refused("found the tag !!merge (expected: a plain <<)", event.getStartMark());
          }
        }
        default -> {}
      }
      return event;
    }
  }

  /** YAML that Lish does not take. */
  private static final class Refused extends MarkedYamlEngineException {
    private static final long serialVersionUID = 1;

    Refused(String problem, Optional<Mark> mark) {
      super(null, Optional.empty(), problem, mark);
    }
  }
}
