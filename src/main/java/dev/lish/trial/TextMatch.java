package dev.lish.trial;

import java.util.Optional;
import java.util.regex.Pattern;

/** What a text, which may be missing, is expected to be. */
sealed interface TextMatch {
  /** Exactly this. */
  record Equal(String text) implements TextMatch {
    @Override
    public boolean matches(Optional<String> found) {
      return found.equals(Optional.of(text));
    }

    @Override
    public String toString() {
      return "\"" + text + "\"";
    }
  }

  /** This somewhere in it. */
  record Contains(String part) implements TextMatch {
    @Override
    public boolean matches(Optional<String> found) {
      return found.filter(text -> text.contains(part)).isPresent();
    }

    @Override
    public String toString() {
      return "a text with \"" + part + "\"";
    }
  }

  /** The expression, somewhere in it. */
  record Matches(Pattern expression) implements TextMatch {
    @Override
    public boolean matches(Optional<String> found) {
      return found.filter(text -> expression.matcher(text).find()).isPresent();
    }

    @Override
    public String toString() {
      return "a text that matches " + expression;
    }
  }

  /** There is none. */
  record Absent() implements TextMatch {
    @Override
    public boolean matches(Optional<String> found) {
      return found.isEmpty();
    }

    @Override
    public String toString() {
      return "none";
    }
  }

  /** True when the text is as expected; empty: there is none. */
  boolean matches(Optional<String> found);
}
