package dev.lish.render;

import io.pebbletemplates.pebble.attributes.AttributeResolver;
import io.pebbletemplates.pebble.extension.AbstractExtension;
import io.pebbletemplates.pebble.extension.Extension;
import io.pebbletemplates.pebble.extension.ExtensionCustomizer;
import io.pebbletemplates.pebble.extension.Filter;
import io.pebbletemplates.pebble.extension.Function;
import io.pebbletemplates.pebble.extension.NodeVisitorFactory;
import io.pebbletemplates.pebble.extension.core.CoreExtension;
import io.pebbletemplates.pebble.extension.core.DefaultFilter;
import io.pebbletemplates.pebble.extension.escaper.EscaperExtension;
import io.pebbletemplates.pebble.operator.BinaryOperator;
import io.pebbletemplates.pebble.template.PebbleTemplateImpl;
import io.pebbletemplates.pebble.tokenParser.TokenParser;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a template may use of Pebble: named here is what it may, everything else is absent. Left out
 * are what reaches the class path (i18n), what depends on clock or locale (date, numberformat,
 * format), threads and caches (parallel, cache, flush), regular expressions, and HTML.
 */
final class TemplateSandbox extends AbstractExtension {
  private static final Set<String> TAGS =
      Set.of(
          "block", "extends", "embed", "filter", "for", "if", "import", "include", "macro", "set");
  private static final Set<String> FILTERS =
      Set.of(
          "abbreviate",
          "abs",
          "capitalize",
          "default",
          "first",
          "last",
          "length",
          "lower",
          "slice",
          "sort",
          "rsort",
          "reverse",
          "title",
          "trim",
          "upper",
          "urlencode",
          "base64encode",
          "base64decode",
          "sha256",
          "escape",
          "raw");
  private static final Set<String> FUNCTIONS = Set.of("max", "min");

  /** Every tag that a template may use. */
  static SortedSet<String> tagNames() {
    TreeSet<String> names = new TreeSet<>(TAGS);
    names.add(new FromTag().getTag());
    return names;
  }

  /** Every filter that a template may use. */
  static SortedSet<String> filterNames() {
    TreeSet<String> names = new TreeSet<>(FILTERS);
    names.addAll(TemplateFilters.NAMES);
    return names;
  }

  private final java.util.function.Function<String, String> sources;
  private final Supplier<Evaluation> evaluation;

  /**
   * A sandbox around the present evaluation.
   *
   * @param sources file name to its text, for every file that the engine loads
   */
  TemplateSandbox(
      java.util.function.Function<String, String> sources, Supplier<Evaluation> evaluation) {
    this.sources = sources;
    this.evaluation = evaluation;
  }

  @Override
  public List<AttributeResolver> getAttributeResolver() {
    return List.of(new TemplateAttributes());
  }

  @Override
  public List<NodeVisitorFactory> getNodeVisitors() {
    return List.of(
        template ->
            new TemplateNodes(
                (PebbleTemplateImpl) template, sources.apply(template.getName()), evaluation));
  }

  @Override
  public List<TokenParser> getTokenParsers() {
    return List.of(new FromTag());
  }

  @Override
  public List<BinaryOperator> getBinaryOperators() {
    return TemplateOperators.all(evaluation);
  }

  @Override
  public Map<String, Filter> getFilters() {
    return TemplateFilters.all(evaluation);
  }

  @Override
  public Map<String, Function> getFunctions() {
    return Map.of("range", new BoundedRange(evaluation));
  }

  /** Pebble's own extensions, reduced to the lists above. */
  ExtensionCustomizer reduce(Extension extension) {
    boolean known = extension instanceof CoreExtension || extension instanceof EscaperExtension;
    return new ExtensionCustomizer(known ? extension : new AbstractExtension() {}) {
      @Override
      public List<TokenParser> getTokenParsers() {
        List<TokenParser> all = super.getTokenParsers();
        return all == null
            ? List.of()
            : all.stream().filter(tag -> TAGS.contains(tag.getTag())).toList();
      }

      @Override
      public Map<String, Function> getFunctions() {
        return only(super.getFunctions(), FUNCTIONS);
      }

      @Override
      public Map<String, Filter> getFilters() {
        Map<String, Filter> filters = new HashMap<>();
        only(super.getFilters(), FILTERS)
            .forEach(
                (name, filter) ->
                    // Pebble knows this class: its input may be a variable that does not exist.
                    filters.put(
                        name,
                        filter instanceof DefaultFilter
                            ? filter
                            : TemplateFilters.bounded(name, filter, evaluation)));
        return filters;
      }

      @Override
      public List<NodeVisitorFactory> getNodeVisitors() {
        // The escaper's visitor escapes for HTML.
        return extension instanceof CoreExtension ? super.getNodeVisitors() : List.of();
      }

      @Override
      public List<AttributeResolver> getAttributeResolver() {
        // Pebble's own resolver calls Java methods.
        return List.of();
      }
    };
  }

  private static <T> Map<String, T> only(@Nullable Map<String, T> all, Set<String> names) {
    Map<String, T> left = new HashMap<>(all == null ? Map.of() : all);
    left.keySet().retainAll(names);
    return left;
  }
}
