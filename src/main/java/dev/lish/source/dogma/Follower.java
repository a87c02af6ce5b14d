package dev.lish.source.dogma;

import com.linecorp.centraldogma.common.RevisionNotFoundException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the head of one repository on a thread of its own, for ever: through outages, restarts,
 * and a repository that is deleted and made again.
 *
 * <p>Not Central Dogma's own watcher: that one gives up for good when its first three tries fail (a
 * server that is down at start), waits for ever for revision 18 of a repository that was made again
 * and is at 2, and does not tell that it fails.
 */
final class Follower implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(Follower.class);
  private static final Duration CLOSE = Duration.ofSeconds(2);

  /** What is done with what the follower finds; called on its thread only. */
  interface Content {
    /**
     * Reads the repository at this revision and publishes it.
     *
     * @param known the revision that was read before, from the same repository; empty when there is
     *     none, and everything must be read
     */
    void advance(Optional<Integer> known, int revision) throws Failure, InterruptedException;

    /** Central Dogma still says what was published. */
    void confirm();

    /** Central Dogma does not answer, or not with the repository. */
    void fail(String cause);

    /** The repository does not exist; may make it. */
    default void absent(Failure why) throws Failure, InterruptedException {
      throw why;
    }
  }

  private final Store store;
  private final Content content;
  private final Clock clock;
  private final Thread thread;

  private @Nullable Integer known;
  private @Nullable Long birth;
  private @Nullable Instant lostSince;
  private @Nullable Instant behindSince;
  private boolean connected;
  private boolean absent;
  private int failures;
  private volatile boolean closed;

  Follower(Store store, Content content, Clock clock) {
    this.store = store;
    this.content = content;
    this.clock = clock;
    this.thread = new Thread(this::run, "dogma " + store);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(CLOSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!closed) {
      try {
        follow();
      } catch (InterruptedException e) {
        return;
      } catch (Failure e) {
        lost(e.getMessage());
      } catch (RuntimeException | LinkageError e) {
        // Of another Armeria than Central Dogma was built for, for one.
        LOGGER.error("Following {} failed; trying again", store, e);
        lost(e.toString());
      }
      try {
        if (failures > 0) {
          TimeUnit.MILLISECONDS.sleep(store.pace().pause(failures).toMillis());
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** One question for the head, then one wait for the next commits. */
  private void follow() throws Failure, InterruptedException {
    try {
      int head = store.head();
      if (!connected) {
        recognise(head);
      }
      if (known == null || head > known) {
        advance(head);
      } else if (head < known) {
        behind(head);
      } else {
        behindSince = null;
      }
      back();
      Optional<Integer> announced = store.next(head);
      while (announced.isPresent()) {
        advance(announced.get());
        announced = store.next(announced.get());
      }
    } catch (Failure e) {
      if (e.isAbsence()) {
        absent = true;
        connected = false;
        content.absent(e);
        breathe();
        return;
      }
      if (e.is(RevisionNotFoundException.class)) {
        // The numbers went backwards while waiting: look again whose they are.
        connected = false;
        breathe();
        return;
      }
      throw e;
    }
  }

  private void breathe() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(store.pace().retry().toMillis());
  }

  /** After an outage the repository may be another one, whose revisions mean something else. */
  private void recognise(int head) throws Failure, InterruptedException {
    long found = store.birth();
    // A birth is known to the second; one that was seen missing is new if it has fewer commits.
    boolean fewer = absent && known != null && head < known;
    absent = false;
    if (birth != null && (birth != found || fewer)) {
      LOGGER.warn("{} was made again; reading all of it", store);
      known = null;
    }
    birth = found;
  }

  private void advance(int revision) throws Failure, InterruptedException {
    content.advance(Optional.ofNullable(known), revision);
    LOGGER.debug("{} is at revision {}", store, revision);
    known = revision;
    behindSince = null;
  }

  /** The same repository with fewer commits: a replica that lags, or a restored backup. */
  private void behind(int head) throws Failure, InterruptedException {
    Instant now = clock.instant();
    if (behindSince == null) {
      behindSince = now;
    }
    if (Duration.between(behindSince, now).compareTo(store.pace().lag()) >= 0) {
      LOGGER.warn("{} stays at revision {}, behind {} seen before: taking it", store, head, known);
      known = null;
      advance(head);
      return;
    }
    throw new Failure(
        store + " is at revision " + head + ", behind " + known + " seen before: a replica lags");
  }

  private void back() {
    content.confirm();
    connected = true;
    failures = 0;
    if (lostSince != null) {
      Duration outage = Duration.between(lostSince, clock.instant());
      LOGGER.info("Back: {} at revision {}, after {} s", store, known, outage.toSeconds());
      lostSince = null;
    }
  }

  private void lost(String cause) {
    connected = false;
    failures++;
    if (lostSince == null) {
      lostSince = clock.instant();
      LOGGER.warn(
          "Lost {}: {}; {}", store, cause, known == null ? "waiting" : "going on as it was");
    }
    content.fail(cause);
  }
}
