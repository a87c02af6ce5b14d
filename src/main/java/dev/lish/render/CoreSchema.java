package dev.lish.render;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.ConstructNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.Schema;

/**
 * The core schema of YAML 1.2 (section 10.3.2) and the merge key. The engine's own would also take
 * {@code ${NAME}} for a variable of its environment.
 */
final class CoreSchema implements Schema {
  /**
   * A plain {@code <<}. Not the engine's own tag: its composer would resolve the merge itself, and
   * never return from one that contains itself.
   */
  static final Tag MERGE = new Tag("lish:merge");

  private static final Set<String> NULL = Set.of("", "~", "null", "Null", "NULL");
  private static final Set<String> BOOL = Set.of("true", "True", "TRUE", "false", "False", "FALSE");
  private static final Pattern INT = Pattern.compile("[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+");
  private static final Pattern FLOAT =
      Pattern.compile(
          "[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?"
              + "|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");

  @Override
  public ScalarResolver getScalarResolver() {
    return CoreSchema::resolve;
  }

  @Override
  public Map<Tag, ConstructNode> getSchemaTagConstructors() {
    return Map.of();
  }

  private static Tag resolve(String value, Boolean plain) {
    if (!plain) {
      return Tag.STR;
    }
    if (NULL.contains(value)) {
      return Tag.NULL;
    }
    if (BOOL.contains(value)) {
      return Tag.BOOL;
    }
    char first = value.charAt(0);
    if (first <= '9' && (first >= '0' || first == '-' || first == '+' || first == '.')) {
      if (INT.matcher(value).matches()) {
        return Tag.INT;
      }
      return FLOAT.matcher(value).matches() ? Tag.FLOAT : Tag.STR;
    }
    return value.equals("<<") ? MERGE : Tag.STR;
  }
}
