package dev.lish.check;

import com.google.protobuf.ByteString;
import dev.lish.model.Nearest;
import dev.lish.render.CheckSettings;
import dev.lish.source.MeshFolder;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which Findings a mesh folder allows: by {@code checks.yaml}, and by comments, each of which is
 * about its own line or, where it has the line for itself, the next line that is no comment.
 */
final class Silences {
  private static final String WORD = "lish: allow";
  private static final Pattern COMMENT =
      Pattern.compile("#\\s*lish: allow\\b\\s*([^:]*?)\\s*(?:\\buntil\\s+(\\S+?))?\\s*(?::(.*))?$");

  private final LocalDate today;
  private final List<Silence> silences = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();

  /** The silences of a folder, as of a day. */
  Silences(MeshFolder folder, CheckSettings settings, LocalDate today) {
    this.today = today;
    for (CheckSettings.Allowed allowed : settings.allowed()) {
      add(
          List.of(allowed.rule()),
          allowed.until(),
          new Silence(CheckSettings.PATH, allowed.line(), allowed::covers, 0));
    }
    folder.files().forEach(this::read);
  }

  /** A silence for some rules, until it is over. */
  private static final class Silence {
    final String path;
    final int at;
    final java.util.function.Predicate<String> files;

    /** The line that it is about; 0: the whole file. */
    final int line;

    List<Rule> rules = List.of();
    Optional<LocalDate> until = Optional.empty();
    boolean used;

    Silence(String path, int at, java.util.function.Predicate<String> files, int line) {
      this.path = path;
      this.at = at;
      this.files = files;
      this.line = line;
    }

    boolean covers(Finding finding) {
      return rules.contains(finding.rule())
          && (line == 0 || line == finding.line())
          && files.test(finding.path());
    }
  }

  private void add(List<String> ids, Optional<LocalDate> until, Silence silence) {
    List<Rule> rules = new ArrayList<>();
    for (String id : ids) {
      Optional<Rule> rule = Rule.of(id).filter(Rule::canBeSilenced);
      rule.ifPresent(rules::add);
      if (rule.isEmpty()) {
        List<String> known =
            Arrays.stream(Rule.values()).filter(Rule::canBeSilenced).map(Rule::id).toList();
        String hint = Nearest.question(id, known);
        bad(silence, "found rule \"" + id + "\" (expected: one that can be silenced" + hint + ")");
      }
    }
    silence.rules = rules;
    silence.until = until;
    silences.add(silence);
  }

  private void bad(Silence silence, String message) {
    findings.add(Finding.at(Rule.BAD_SILENCE, silence.path, silence.at, message));
  }

  private void read(String path, ByteString content) {
    if (!path.endsWith(".yaml") && !path.endsWith(".yml") && !path.endsWith(".peb")) {
      return;
    }
    String text = content.toStringUtf8();
    if (!text.contains(WORD)) {
      return;
    }
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      Matcher comment = COMMENT.matcher(lines.get(i).replaceFirst("\\s*#}.*$", ""));
      if (lines.get(i).contains(WORD) && comment.find()) {
        comment(path, lines, i, comment);
      }
    }
  }

  private void comment(String path, List<String> lines, int at, Matcher comment) {
    int line = at;
    if (isComment(lines.get(at))) {
      while (line < lines.size() && isComment(lines.get(line))) {
        line++;
      }
    }
    Silence silence = new Silence(path, at + 1, path::equals, line + 1);
    String reason = Optional.ofNullable(comment.group(3)).orElse("").strip();
    Optional<String> until = Optional.ofNullable(comment.group(2));
    Optional<LocalDate> day = until.flatMap(CheckSettings::day);
    if (reason.isEmpty() || (until.isPresent() && day.isEmpty())) {
      bad(
          silence,
          "found %s (expected: # lish: allow RULE[, RULE][ until YYYY-MM-DD]: REASON)"
              .formatted(reason.isEmpty() ? "no reason" : "until " + until.orElse("")));
      return;
    }
    add(Arrays.stream(comment.group(1).split("[,\\s]+")).toList(), day, silence);
  }

  private static boolean isComment(String line) {
    String text = line.strip();
    return text.isEmpty() || text.startsWith("#") || (text.startsWith("{#") && text.endsWith("#}"));
  }

  /** What is left of the Findings, with those about the silences themselves. */
  List<Finding> apply(List<Finding> all) {
    List<Finding> left = new ArrayList<>();
    Map<Silence, Integer> over = new HashMap<>();
    for (Finding finding : all) {
      boolean silent = false;
      for (Silence silence : silences) {
        if (silence.covers(finding)) {
          silence.used = true;
          boolean ended = silence.until.map(today::isAfter).orElse(false);
          silent |= !ended;
          if (ended) {
            over.merge(silence, 1, Integer::sum);
          }
        }
      }
      if (!silent) {
        left.add(finding);
      }
    }
    over.forEach((silence, count) -> left.add(expired(silence, count)));
    // What could not be looked for may be just what it allows.
    boolean looked = all.stream().noneMatch(finding -> finding.rule() == Rule.NOT_CHECKED);
    silences.stream()
        .filter(s -> looked && !s.used && !s.rules.isEmpty())
        .map(Silences::unused)
        .forEach(left::add);
    left.addAll(findings);
    return left;
  }

  private static Finding expired(Silence silence, int count) {
    return Finding.at(
        Rule.EXPIRED_SILENCE,
        silence.path,
        silence.at,
        "over since %s, with %d found (expected: what it allowed is mended)"
            .formatted(silence.until.orElseThrow(), count));
  }

  private static Finding unused(Silence silence) {
    return Finding.at(
        Rule.UNUSED_SILENCE,
        silence.path,
        silence.at,
        "allows %s, and nothing is found (expected: no such line)"
            .formatted(String.join(", ", silence.rules.stream().map(Rule::id).toList())));
  }
}
