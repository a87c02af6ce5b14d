package dev.lish.source.dogma;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.linecorp.centraldogma.common.Change;
import com.linecorp.centraldogma.common.ChangeConflictException;
import com.linecorp.centraldogma.common.RedundantChangeException;
import dev.lish.model.Revision;
import dev.lish.source.Commit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Makes the folder equal to given files, in one commit on a given base. */
final class Push {
  // As Central Dogma's own Util checks a path.
  private static final Pattern PATH =
      Pattern.compile("(?:/[-_0-9a-zA-Z](?:[-_.0-9a-zA-Z]*[-_0-9a-zA-Z])?)+");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SHOWN = 3;

  /** Reads the folder at a revision. */
  interface Reader {
    Folder at(int revision) throws Failure, InterruptedException;
  }

  private final Store store;
  private final DogmaPlace place;
  private final Reader reader;

  Push(Store store, DogmaPlace place, Reader reader) {
    this.store = store;
    this.place = place;
    this.reader = reader;
  }

  /** Blocks. */
  Commit run(int base, Map<String, ByteString> files, String message, String author)
      throws InterruptedException {
    if (message.isBlank()) {
      return new Commit.Refused("message: empty (expected: what the commit does)");
    }
    try {
      int head = store.head();
      if (head != base) {
        return new Commit.Refused(others(base, head));
      }
      Folder folder = reader.at(head);
      if (!folder.mirrors().isEmpty()) {
        return new Commit.Refused(
            store
                + " is a mirror of a Git repository ("
                + folder.mirrors().first()
                + "): commit there, the mirror would undo a commit here");
      }
      Optional<String> unfit = unfit(files);
      if (unfit.isPresent()) {
        return new Commit.Refused(unfit.get());
      }
      List<Change<?>> changes = changes(folder.files(), files);
      if (changes.isEmpty()) {
        return new Commit.Unchanged(new Revision(head));
      }
      return commit(base, message, author, changes);
    } catch (Failure e) {
      return e.isAnswer()
          ? new Commit.Refused(e.getMessage())
          : new Commit.Unreachable(e.getMessage());
    }
  }

  private Commit commit(int base, String message, String author, List<Change<?>> changes)
      throws Failure, InterruptedException {
    try {
      return new Commit.Done(new Revision(store.commit(base, message, author, changes)));
    } catch (Failure e) {
      if (e.is(RedundantChangeException.class)) {
        return new Commit.Unchanged(new Revision(base));
      } else if (e.is(ChangeConflictException.class)) {
        return new Commit.Refused(others(base, store.head()));
      } else if (e.isAnswer()) {
        return new Commit.Refused(e.getMessage());
      }
      return new Commit.Unreachable(
          e.getMessage() + "; the commit may have been made all the same");
    }
  }

  private String others(int base, int head) throws Failure, InterruptedException {
    if (base < 1 || base > head) {
      return "base revision " + base + " (expected: " + head + ", the head of " + store + ")";
    }
    List<com.linecorp.centraldogma.common.Commit> since =
        store.history("/**", head, base + 1, SHOWN);
    StringBuilder text =
        new StringBuilder("base revision " + base + " is not the head " + head + " of " + store);
    since.forEach(commit -> text.append("; ").append(Store.describe(commit)));
    int more = head - base - since.size();
    return more > 0
        ? text.append("; and ").append(more).append(" more").toString()
        : text.toString();
  }

  private Optional<String> unfit(Map<String, ByteString> files) {
    for (Map.Entry<String, ByteString> file : new TreeMap<>(files).entrySet()) {
      String path = file.getKey();
      if (!PATH.matcher(place.prefix() + path).matches()) {
        return Optional.of(
            path + ": a name that Central Dogma does not take (expected: a-z A-Z 0-9 - _ . /)");
      } else if (Folder.isMirrorState(path)) {
        return Optional.of(path + ": where a mirror keeps its state (expected: another name)");
      } else if (!file.getValue().isValidUtf8()) {
        return Optional.of(path + ": not UTF-8 (expected: text)");
      } else if (isJson(path)) {
        try {
          parse(file.getValue());
        } catch (JsonProcessingException e) {
          return Optional.of(path + ": not JSON: " + e.getOriginalMessage());
        }
      }
    }
    return Optional.empty();
  }

  private List<Change<?>> changes(Map<String, ByteString> before, Map<String, ByteString> after) {
    List<Change<?>> changes = new ArrayList<>();
    before.keySet().stream()
        .filter(path -> !after.containsKey(path))
        .forEach(path -> changes.add(Change.ofRemoval(place.prefix() + path)));
    new TreeMap<>(after)
        .forEach(
            (path, content) -> {
              if (!same(path, Optional.ofNullable(before.get(path)), content)) {
                changes.add(upsert(place.prefix() + path, content));
              }
            });
    return changes;
  }

  private static Change<?> upsert(String path, ByteString content) {
    return isJson(path)
        ? Change.ofJsonUpsert(path, content.toStringUtf8())
        : Change.ofTextUpsert(path, content.toStringUtf8());
  }

  /** Whether Central Dogma would store the two as one. */
  static boolean same(String path, Optional<ByteString> stored, ByteString content) {
    if (stored.isEmpty()) {
      return false;
    }
    if (isJson(path)) {
      try {
        return parse(stored.get()).equals(parse(content));
      } catch (JsonProcessingException e) {
        return false;
      }
    }
    return kept(stored.get()).equals(kept(content));
  }

  /** Central Dogma drops carriage returns and ends the last line. */
  private static String kept(ByteString content) {
    String text = content.toStringUtf8().replace("\r", "");
    return text.isEmpty() || text.endsWith("\n") ? text : text + "\n";
  }

  private static JsonNode parse(ByteString content) throws JsonProcessingException {
    return JSON.readTree(content.toStringUtf8());
  }

  private static boolean isJson(String path) {
    return path.toLowerCase(Locale.ROOT).endsWith(".json");
  }
}
