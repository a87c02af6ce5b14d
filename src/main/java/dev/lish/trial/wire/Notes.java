package dev.lish.trial.wire;

import java.util.ArrayList;
import java.util.List;

/** What came to stand-ins, in order. Safe for use by several threads. */
final class Notes {
  private static final int MOST = 200_000;

  private final List<Note> all = new ArrayList<>();

  /** A request, whose body may still be coming. */
  final class Note {
    private final Received begun;
    private final StringBuilder body = new StringBuilder();

    private Note(Received begun) {
      this.begun = begun;
    }

    /** More of its body. */
    void add(String part) {
      synchronized (all) {
        body.append(part, 0, Math.min(part.length(), StubHttp.MOST_BODY - body.length()));
      }
    }

    private Received now() {
      return new Received(
          begun.cluster(),
          begun.test(),
          begun.over(),
          begun.method(),
          begun.path(),
          begun.headers(),
          body.toString());
    }
  }

  /** A request has begun. */
  Note begin(Received begun) {
    Note note = new Note(begun);
    synchronized (all) {
      if (all.size() < MOST) {
        all.add(note);
      }
    }
    return note;
  }

  void clear() {
    synchronized (all) {
      all.clear();
    }
  }

  /** What came for this request of a test, and what does not tell which it came for. */
  List<Received> of(String test) {
    synchronized (all) {
      return all.stream()
          .filter(note -> note.begun.test().isEmpty() || note.begun.test().equals(test))
          .map(Note::now)
          .toList();
    }
  }
}
