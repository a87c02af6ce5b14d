package dev.lish.source;

import dev.lish.model.Problem;
import java.time.Clock;
import java.util.List;
import java.util.Set;

/**
 * A registry that reads everything at once; what remains to be said of one is where it reads, and
 * {@link #close}. Its queries know {@code tag}.
 */
public abstract class ListedRegistry implements Registry {
  /** Takes what was read. */
  protected final Listings listings;

  private final String name;
  private volatile List<Problem> problems = List.of();

  /** Nothing was read yet. */
  protected ListedRegistry(String name, Clock clock) {
    this.name = name;
    listings = new Listings(name, clock);
  }

  /** What is wrong with what was read last. */
  protected final void found(List<Problem> now) {
    problems = List.copyOf(now);
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final Set<String> parameters() {
    return Listings.PARAMETERS;
  }

  @Override
  public final Source<List<Instance>> instances(DiscoveryQuery query) {
    return listings.instances(query);
  }

  @Override
  public final Source<List<Service>> services() {
    return listings.services();
  }

  @Override
  public final List<Problem> problems() {
    return problems;
  }
}
