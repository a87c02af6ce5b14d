package dev.lish.source.kept;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * When each source answered last, as the time of its file: what is kept says how old it is, however
 * often Lish was started since. It is up to ten seconds behind when Lish is killed.
 */
final class Heard {
  private final KeptFiles files;
  private final Clock clock;
  private final Map<KeptSource<?>, Note> sources = new ConcurrentHashMap<>();
  private final Queue<Note> closed = new ConcurrentLinkedQueue<>();

  /** The file that a source is kept in, and the time that it is to have. */
  private record Note(Path file, Optional<Instant> at) {}

  Heard(KeptFiles files, Clock clock) {
    this.files = files;
    this.clock = clock;
    files.regularly(this::note);
  }

  /** When what is in the file was heard last; now, when that is not known. */
  Instant last(Path file) {
    Instant now = clock.instant();
    return files.time(file).filter(at -> at.isBefore(now)).orElse(now);
  }

  /** Dates the file from now on, until the source is closed. */
  void follow(KeptSource<?> source, Path file) {
    sources.put(source, new Note(file, Optional.empty()));
  }

  void forget(KeptSource<?> source) {
    Note last = sources.remove(source);
    if (last != null) {
      closed.add(new Note(last.file(), source.heard()));
    }
  }

  private void note() {
    for (Note last = closed.poll(); last != null; last = closed.poll()) {
      date(last);
    }
    sources.replaceAll(
        (source, before) -> {
          Note next = new Note(before.file(), source.heard());
          if (!next.equals(before)) {
            date(next);
          }
          return next;
        });
  }

  private void date(Note note) {
    note.at().ifPresent(at -> files.date(note.file(), at));
  }
}
