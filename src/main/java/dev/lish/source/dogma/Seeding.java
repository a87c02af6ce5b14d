package dev.lish.source.dogma;

import dev.lish.model.Revision;
import java.util.List;
import java.util.function.Function;

/** How seeding ended. */
public sealed interface Seeding {
  /** The repository had nothing; the files are in it, as this revision. */
  record Seeded(Revision revision) implements Seeding {}

  /** The repository has just these files. */
  record Same(Revision revision) implements Seeding {}

  /** The repository has a history, and other files than these; nothing was changed. */
  record Differs(Revision revision, List<String> paths) implements Seeding {
    /** Copies the list. */
    public Differs {
      paths = List.copyOf(paths);
    }
  }

  /** It could not be done, for this cause. */
  record Failed(String cause) implements Seeding {}

  /** Calls the function of the case. */
  default <R> R match(
      Function<Seeded, R> seeded,
      Function<Same, R> same,
      Function<Differs, R> differs,
      Function<Failed, R> failed) {
    if (this instanceof Seeded s) {
      return seeded.apply(s);
    } else if (this instanceof Same s) {
      return same.apply(s);
    }
    return this instanceof Differs d ? differs.apply(d) : failed.apply((Failed) this);
  }
}
