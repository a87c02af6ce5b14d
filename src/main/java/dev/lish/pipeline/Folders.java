package dev.lish.pipeline;

import dev.lish.model.Revision;
import dev.lish.source.MeshFolder;
import dev.lish.source.MeshRepository;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * The mesh folders at the revisions that are in use. A revision that is not here is fetched in the
 * background, and the loop is woken when it has come. Confined to the pipeline's thread.
 */
final class Folders {
  /** How long a revision that could not be had is not asked for again. */
  static final Duration RETRY = Duration.ofSeconds(2);

  private final MeshRepository repository;
  private final Executor loop;
  private final Runnable wake;
  private final Map<Revision, MeshFolder> known = new HashMap<>();
  private final Map<Revision, Failed> failed = new HashMap<>();
  private final Set<Revision> fetching = new HashSet<>();
  private final Clock clock;

  /** Why a revision could not be had, and when that was. */
  private record Failed(String cause, Instant at) {}

  Folders(MeshRepository repository, Executor loop, Runnable wake, Clock clock) {
    this.clock = clock;
    this.repository = repository;
    this.loop = loop;
    this.wake = wake;
  }

  /** The folder at head, as far as is known. */
  Optional<MeshFolder> head() {
    return repository.state().last();
  }

  /** The folder at this revision; empty while it is being fetched, or when that failed. */
  Optional<MeshFolder> at(Revision revision) {
    Optional<MeshFolder> head = head().filter(folder -> folder.revision().equals(revision));
    if (head.isPresent()) {
      known.put(revision, head.get());
      return head;
    }
    MeshFolder folder = known.get(revision);
    if (folder == null && mayAsk(revision) && fetching.add(revision)) {
      var unused =
          repository
              .at(revision)
              .handleAsync(
                  (fetched, failure) -> {
                    fetching.remove(revision);
                    if (failure == null) {
                      known.put(revision, fetched);
                      failed.remove(revision);
                    } else {
                      failed.put(revision, new Failed(Causes.text(failure), clock.instant()));
                    }
                    wake.run();
                    return fetched;
                  },
                  loop);
    }
    return Optional.ofNullable(folder);
  }

  /** What failed is asked for again after a while: the repository may have been away. */
  private boolean mayAsk(Revision revision) {
    Failed last = failed.get(revision);
    return last == null || !clock.instant().isBefore(last.at().plus(RETRY));
  }

  /** Why the revision cannot be had. */
  Optional<String> failure(Revision revision) {
    return Optional.ofNullable(failed.get(revision)).map(Failed::cause);
  }

  /** Forgets what is not in use. */
  void retain(Set<Revision> inUse) {
    known.keySet().retainAll(inUse);
    failed.keySet().retainAll(inUse);
  }
}
