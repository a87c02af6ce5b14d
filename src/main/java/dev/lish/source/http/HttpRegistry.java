package dev.lish.source.http;

import dev.lish.model.ContentHash;
import dev.lish.model.Problem;
import dev.lish.source.CatalogHold;
import dev.lish.source.ListedRegistry;
import dev.lish.source.Listing;
import dev.lish.source.Listing.Listed;
import dev.lish.source.Service;
import dev.lish.source.web.Reply;
import dev.lish.source.web.Web;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An in-house registry: one JSON document with all instances, read again and again; while it cannot
 * be read, the last good answer is used. A query may have the parameter {@code tag}.
 */
public final class HttpRegistry extends ListedRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(HttpRegistry.class);

  /** A registry that fails is asked this often at least, unless it is asked less often anyway. */
  private static final long LONGEST_BACKOFF_MILLIS = 60_000;

  private static final int MOST_TOLD = 20;

  private final HttpSettings settings;
  private final Clock clock;
  private final Web web;
  private final CatalogHold hold;
  private volatile List<String> heldServices = List.of();
  private final ScheduledThreadPoolExecutor thread;
  private final SplittableRandom random = new SplittableRandom();
  private String etag = "";
  private ContentHash content = ContentHash.EMPTY;
  private Listing listing = Listing.EMPTY;
  private Map<String, String> broken = Map.of();
  private int failures;

  /**
   * Asks from now on.
   *
   * @param lastServices the catalog as an earlier run knew it, so that services that left while we
   *     were down are held too
   */
  public HttpRegistry(HttpSettings settings, Clock clock, List<Service> lastServices) {
    super(settings.name(), clock);
    this.settings = settings;
    this.clock = clock;
    web = new Web(settings.url(), settings.tls(), settings.limits().longestAnswer());
    hold = new CatalogHold(lastServices);
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread made = new Thread(task, "registry-" + settings.name());
              made.setDaemon(true);
              return made;
            });
    thread.execute(this::ask);
  }

  @Override
  public void close() {
    thread.shutdownNow();
    web.close();
  }

  private void ask() {
    Map<String, String> headers = new TreeMap<>();
    headers.put("accept", "application/json");
    if (!etag.isEmpty()) {
      headers.put("if-none-match", etag);
    }
    try {
      if (settings.header().isPresent()) {
        headers.put(settings.header().get().name(), settings.header().get().value().read());
      }
    } catch (IOException e) {
      fail(settings.header().get().name() + ": " + e.getMessage());
      again();
      return;
    }
    CompletableFuture<Void> unused =
        web.get(target(), headers, settings.limits().timeout())
            .thenAccept(reply -> run(() -> take(reply)));
  }

  private String target() {
    String path = settings.url().getRawPath();
    String query = settings.url().getRawQuery();
    return (path.isEmpty() ? "/" : path) + (query == null ? "" : "?" + query);
  }

  private void take(Reply reply) {
    try {
      boolean unused =
          reply.match(
              this::answered,
              failed -> {
                fail(failed.cause());
                return false;
              });
    } catch (RuntimeException e) {
      LOG.error("registry {}: a bug of Lish", name(), e);
      fail("a bug of Lish: " + e);
    }
    again();
  }

  private boolean answered(Reply.Answered answer) {
    boolean same = answer.status() == 304 && failures == 0 && !etag.isEmpty();
    if (!same && answer.status() != 200) {
      // Also a 304 to who has nothing: the next request goes without the tag.
      fail(place() + " answers " + answer.told() + " (expected: 200)");
      return false;
    }
    ContentHash now = same ? content : ContentHash.of(answer.body().toByteArray());
    if (!now.equals(content)) {
      try {
        accept(Reading.of(answer.body(), settings.mapping()));
      } catch (IOException e) {
        fail(place() + ": the document cannot be understood: " + e.getMessage());
        return false;
      }
      content = now;
    }
    if (!same) {
      etag = answer.headers().get("etag", "");
    }
    failures = 0;
    publish();
    return true;
  }

  private void publish() {
    listings.accept(listing, hold.list(clock.instant()), broken);
    heldServices = hold.held();
  }

  @Override
  public List<String> heldServices() {
    return heldServices;
  }

  @Override
  public void releaseServices() {
    run(
        () -> {
          hold.release();
          // Only while it answers: an old document is no reason to let go of anything.
          if (failures == 0) {
            publish();
          }
        });
  }

  private void accept(Reading reading) {
    TreeMap<String, Listed> next = new TreeMap<>(reading.listing().services());
    reading
        .broken()
        .keySet()
        .forEach(
            name -> {
              Listed last = listing.services().get(name);
              if (last != null) {
                next.put(name, last);
              }
            });
    listing = new Listing(next);
    broken = reading.broken();
    hold.next(listing.catalog(), clock.instant());
    found(problems(reading));
  }

  private List<Problem> problems(Reading reading) {
    List<Problem> problems = new ArrayList<>();
    reading.broken().forEach((name, why) -> problems.add(error(name + ": " + why)));
    List<String> leftOut = reading.leftOut();
    leftOut.stream()
        .limit(MOST_TOLD)
        .forEach(one -> problems.add(Problem.warning(place(), 0, "left out " + one)));
    if (leftOut.size() > MOST_TOLD) {
      problems.add(
          Problem.warning(place(), 0, (leftOut.size() - MOST_TOLD) + " more were left out"));
    }
    return problems;
  }

  private Problem error(String message) {
    return Problem.error(place(), 0, message);
  }

  private void fail(String cause) {
    failures++;
    // Whatever comes back is read afresh.
    etag = "";
    content = ContentHash.EMPTY;
    found(List.of(error(cause)));
    listings.fail(cause);
  }

  /** Where it is asked; a query may hold what is secret. */
  private String place() {
    return settings.url().getScheme()
        + "://"
        + settings.url().getRawAuthority()
        + settings.url().getRawPath();
  }

  /** With jitter downwards, so that replicas that began together do not stay together. */
  private void again() {
    long every = settings.limits().every().toMillis();
    long delay = every;
    if (failures > 0) {
      long longest = Math.max(every, LONGEST_BACKOFF_MILLIS);
      delay = Math.min(longest, every << Math.min(failures - 1, 10));
    }
    long jittered = delay - random.nextLong(1 + delay / 10);
    try {
      var unused = thread.schedule(this::ask, jittered, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      LOG.debug("registry {} is closed", name());
    }
  }

  private void run(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException closed) {
      LOG.debug("registry {} is closed", name());
    }
  }
}
