package dev.lish.source.files;

import com.google.protobuf.ByteString;
import dev.lish.model.Problem;
import dev.lish.model.ProblemKind;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads one YAML document strictly, and collects what is wrong with it, with lines. */
public final class YamlFile {
  static final int LONGEST = 16 << 20;
  private static final int DEEPEST = 32;
  private static final LoadSettings SETTINGS =
      LoadSettings.builder()
          .setCodePointLimit(LONGEST)
          // Twice the same key is told with its line by map().
          .setAllowDuplicateKeys(true)
          .build();

  private final String path;
  private final List<Problem> problems = new ArrayList<>();

  /** A file of this path, for messages. */
  public YamlFile(String path) {
    this.path = path;
  }

  /** What was wrong so far. */
  public List<Problem> problems() {
    return problems;
  }

  /** The document's root; empty when there is none, which is a Problem unless it has one. */
  public Optional<Node> root(ByteString content) {
    if (content.size() > LONGEST) {
      return none(0, content.size() + " bytes (expected: at most " + LONGEST + ")");
    }
    String text;
    try {
      ByteBuffer bytes = content.asReadOnlyByteBuffer();
      text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      return none(0, "not UTF-8 (expected: YAML in UTF-8)");
    }
    try {
      return shallow(text) ? root(text) : Optional.empty();
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().or(e::getContextMark).map(m -> m.getLine() + 1).orElse(0);
      String problem = e.getProblem();
      return none(line, "not valid YAML: " + (problem == null ? "unreadable" : problem.strip()));
    } catch (YamlEngineException e) {
      return none(0, "not valid YAML: " + e.getMessage());
    }
  }

  private Optional<Node> root(String text) {
    Optional<Node> first = Optional.empty();
    for (Node document : new Compose(SETTINGS).composeAllFromString(text)) {
      if (first.isPresent()) {
        return none(line(document), "a second document (expected: one)");
      }
      first = Optional.of(document);
    }
    return first.isPresent() ? first : none(0, "an empty file (expected: a map)");
  }

  /** The composer is recursive: deep nesting would overflow its stack. */
  private boolean shallow(String text) {
    int depth = 0;
    for (Event event : new Parse(SETTINGS).parseString(text)) {
      switch (event.getEventId()) {
        case MappingStart, SequenceStart -> depth++;
        case MappingEnd, SequenceEnd -> depth--;
        default -> {}
      }
      if (depth > DEEPEST) {
        int line = event.getStartMark().map(m -> m.getLine() + 1).orElse(0);
        problem(line, "nested deeper than " + DEEPEST + " levels (expected: fewer)");
        return false;
      }
    }
    return true;
  }

  /** The entries of a map, by key; anything else and a key that comes twice is a Problem. */
  public Map<String, Node> map(Node node, String what) {
    Map<String, Node> entries = new LinkedHashMap<>();
    if (!(node instanceof MappingNode map)) {
      problem(line(node), what + ": " + found(node) + " (expected: a map)");
      return entries;
    }
    for (NodeTuple tuple : map.getValue()) {
      Node key = tuple.getKeyNode();
      if (!(key instanceof ScalarNode scalar)) {
        problem(line(key), what + ": " + found(key) + " as a key (expected: text)");
      } else if (entries.putIfAbsent(scalar.getValue(), tuple.getValueNode()) != null) {
        problem(line(key), what + ": " + scalar.getValue() + " twice (expected: once)");
      }
    }
    return entries;
  }

  /** The items of a list; anything else is a Problem. */
  public List<Node> list(Node node, String what) {
    if (node instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    problem(line(node), what + ": " + found(node) + " (expected: a list)");
    return List.of();
  }

  /** Text, as it is written; numbers count as text too. Empty after a Problem. */
  public Optional<String> text(Node node, String what) {
    if (node instanceof ScalarNode scalar
        && !scalar.getTag().equals(Tag.NULL)
        && !scalar.getValue().isEmpty()) {
      return Optional.of(scalar.getValue());
    }
    problem(line(node), what + ": " + found(node) + " (expected: text)");
    return Optional.empty();
  }

  /** A list of texts, or one text; what is none is left out after a Problem. */
  public List<String> texts(Node node, String what) {
    if (node instanceof MappingNode) {
      problem(line(node), what + ": a map (expected: text or a list of texts)");
      return List.of();
    }
    List<Node> items = node instanceof SequenceNode list ? list.getValue() : List.of(node);
    return items.stream().map(item -> text(item, what)).flatMap(Optional::stream).toList();
  }

  /** A whole number in the range. Empty after a Problem. */
  public Optional<Integer> number(Node node, String what, int least, int most) {
    if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.INT)) {
      try {
        int number = Integer.parseInt(scalar.getValue());
        if (number >= least && number <= most) {
          return Optional.of(number);
        }
      } catch (NumberFormatException tooLong) {
        // Told below, as it was found.
      }
    }
    problem(
        line(node),
        what + ": " + found(node) + " (expected: a number, " + least + ".." + most + ")");
    return Optional.empty();
  }

  /** Tells of a mistake in this line. */
  public void problem(int line, String message) {
    problems.add(Problem.of(ProblemKind.REGISTRY_FILE, path, line, message));
  }

  /** The line where the node starts, from 1; 0 when it is not known. */
  public static int line(Node node) {
    return node.getStartMark().map(Mark::getLine).map(line -> line + 1).orElse(0);
  }

  /** The node, for messages. */
  public static String found(Node node) {
    if (node instanceof ScalarNode scalar) {
      String value = scalar.getValue();
      String shown = value.length() > 60 ? value.substring(0, 60) + "…" : value;
      return scalar.getTag().equals(Tag.STR)
          ? "\"" + shown + "\""
          : shown.isEmpty() ? "nothing" : shown;
    }
    return node instanceof MappingNode ? "a map" : "a list";
  }

  private Optional<Node> none(int line, String message) {
    problem(line, message);
    return Optional.empty();
  }
}
