package dev.lish.render;

import com.google.protobuf.ByteString;
import dev.lish.model.ProblemKind;
import dev.lish.source.MeshFolder;
import io.pebbletemplates.pebble.PebbleEngine;
import io.pebbletemplates.pebble.error.AttributeNotFoundException;
import io.pebbletemplates.pebble.error.PebbleException;
import io.pebbletemplates.pebble.error.RootAttributeNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The templates of one mesh folder, each parsed once: takes variables, gives text. */
final class Templates {
  /** Far above any template; each {@code #{…}} in a string may repeat a long variable. */
  private static final int MAX_INTERPOLATIONS = 256;

  private final TemplateLoader loader = new TemplateLoader();
  private final PebbleEngine engine;
  private final Map<String, SortedSet<String>> broken = new java.util.HashMap<>();
  private Evaluation evaluation = new Evaluation("");

  /** The templates of this folder; a shared file that is not text is a Problem. */
  Templates(MeshFolder folder, ProblemSink sink) {
    for (Map.Entry<String, ByteString> file : folder.files().entrySet()) {
      String path = file.getKey();
      if (path.startsWith(TemplateLoader.FOLDER) && path.endsWith(".peb")) {
        Text.decode(path, file.getValue(), sink)
            .filter(text -> isParseable(text, sink))
            .ifPresent(text -> loader.share(path, text.content()));
      }
    }
    TemplateSandbox sandbox = new TemplateSandbox(loader::parsed, () -> evaluation);
    engine =
        new PebbleEngine.Builder()
            .loader(loader)
            .autoEscaping(false)
            .newLineTrimming(false)
            .strictVariables(true)
            .defaultLocale(Locale.ROOT)
            .registerExtensionCustomizer(sandbox::reduce)
            .allowOverrideCoreOperators(true)
            .extension(sandbox)
            .build();
  }

  /**
   * What a template gave.
   *
   * @param text empty after a Problem
   * @param catalogs the registries whose catalogs it read
   */
  record Result(Optional<Text> text, SortedSet<String> catalogs) {}

  /** Evaluates a template with these variables; what goes wrong is a Problem. */
  Result evaluate(Text template, Variables variables, ProblemSink sink) {
    String path = template.path();
    SortedSet<String> brokenBefore = broken.get(path);
    if (brokenBefore != null) {
      return new Result(Optional.empty(), brokenBefore);
    }
    if (!isParseable(template, sink)) {
      return broken(path);
    }
    loader.add(path, template.content());
    evaluation = new Evaluation(path);
    TemplateOutput output = new TemplateOutput(evaluation);
    try {
      engine.getTemplate(path).evaluate(output, variables);
      return new Result(Optional.of(output.text(path)), evaluation.catalogs());
    } catch (AttributeNotFoundException e) {
      report(path, e, missing(e, variables), sink);
      return new Result(Optional.empty(), evaluation.catalogs());
    } catch (PebbleException e) {
      report(path, e, TemplateMessages.of(e), sink);
    } catch (StackOverflowError e) {
      report(path, new PebbleException(e, ""), "nested too deeply", sink);
    } catch (IOException e) {
      throw new UncheckedIOException("a writer in memory does not fail", e);
    } catch (RuntimeException e) {
      report(path, new PebbleException(e, ""), message(e), sink);
    }
    return broken(path);
  }

  /** The template being evaluated reads the services of a registry. */
  void reads(String registry) {
    evaluation.reads(registry);
  }

  /** Forgets what was broken, for another try with other variables. */
  void retry() {
    broken.clear();
  }

  /** It may have run into a limit, which takes long: it is not evaluated for every group. */
  private Result broken(String path) {
    SortedSet<String> catalogs = new TreeSet<>(evaluation.catalogs());
    broken.put(path, catalogs);
    return new Result(Optional.empty(), catalogs);
  }

  private String message(RuntimeException e) {
    // Pebble's parser steps over the end of the file in some tags.
    if (e instanceof IndexOutOfBoundsException && loader.parsing().isPresent()) {
      return TemplateMessages.unclosed();
    }
    String what = evaluation.line() == 0 ? "not a valid template" : "cannot be evaluated";
    String detail = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return what + ": " + detail;
  }

  private void report(String template, PebbleException e, String message, ProblemSink sink) {
    boolean placed = e.getFileName() != null && e.getLineNumber() != null && e.getLineNumber() > 0;
    Optional<String> parsing = loader.parsing();
    String file = placed ? e.getFileName() : parsing.orElse(evaluation.file());
    int line = placed ? e.getLineNumber() : evaluation.line();
    if (!placed && parsing.isPresent()) {
      line = (int) loader.source(file).lines().count();
    }
    String within =
        file.equals(template)
            ? ""
            : "\n  included by " + template + ":" + evaluation.templateLine();
    sink.report(ProblemKind.TEMPLATE, file, line, message + within);
  }

  private static String missing(AttributeNotFoundException e, Variables variables) {
    if (!(e instanceof RootAttributeNotFoundException)) {
      return e.getPebbleMessage();
    }
    String name = e.getAttributeName();
    if (variables.names().contains(name) || e.getPebbleMessage().contains("null object")) {
      return "null has no attribute " + name;
    }
    return TemplateMessages.missing(name, variables.names());
  }

  private static boolean isParseable(Text text, ProblemSink sink) {
    String source = text.content();
    // Pebble's lexer never ends on a string that the end of the file cuts after a backslash.
    if (source.endsWith("\\")) {
      sink.report(
          ProblemKind.TEMPLATE, text.path(), 0, "ends in a backslash (expected: a line end)");
      return false;
    }
    int found = 0;
    for (int at = source.indexOf("#{"); at >= 0; at = source.indexOf("#{", at + 2)) {
      found++;
    }
    if (found > MAX_INTERPOLATIONS) {
      sink.report(
          ProblemKind.TEMPLATE,
          text.path(),
          0,
          found + " times #{ (expected: at most " + MAX_INTERPOLATIONS + ")");
      return false;
    }
    return true;
  }
}
