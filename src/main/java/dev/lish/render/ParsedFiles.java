package dev.lish.render;

import dev.lish.model.ContentHash;
import dev.lish.model.Problem;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Supplier;

/** Files that were parsed before, by path and content; the least recently used go first. */
final class ParsedFiles {
  private final long maxCharacters;
  private final LinkedHashMap<Key, Parsed> files = new LinkedHashMap<>(1024, 0.75f, true);
  private long characters;

  /** Keeps files of so many characters together. */
  ParsedFiles(long maxCharacters) {
    this.maxCharacters = maxCharacters;
  }

  /**
   * What identifies a parsed file.
   *
   * @param hash over everything that its documents depend on
   */
  record Key(String path, ContentHash hash) {}

  /**
   * A parsed file.
   *
   * @param characters its length
   */
  record Parsed(List<Document> documents, List<Problem> problems, int characters) {
    /** Copies the lists. */
    Parsed {
      documents = List.copyOf(documents);
      problems = List.copyOf(problems);
    }
  }

  /** The file, parsed now unless it was before. */
  Parsed get(Key key, Supplier<Parsed> parse) {
    Parsed known = files.get(key);
    if (known != null) {
      return known;
    }
    Parsed parsed = parse.get();
    files.put(key, parsed);
    characters += parsed.characters;
    Iterator<Parsed> oldest = files.values().iterator();
    while (characters > maxCharacters && files.size() > 1) {
      characters -= oldest.next().characters;
      oldest.remove();
    }
    return parsed;
  }
}
