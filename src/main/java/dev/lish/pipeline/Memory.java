package dev.lish.pipeline;

import dev.lish.guard.Base;
import dev.lish.guard.Presence;
import dev.lish.model.Drain;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Instance;
import dev.lish.source.MeshFolder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What this replica remembers across restarts. Reads are fast; writes are done in the background.
 */
public interface Memory {
  /** The revisions that the stage has served, the newest last. */
  List<Revision> served(String stage);

  /** The stage serves this folder now; it is kept so that a cold start can serve it again. */
  void serves(String stage, MeshFolder folder);

  /** This folder's stages are in force; it is kept so that a cold start knows them. */
  void membership(MeshFolder folder);

  /** True when an earlier run on the same data has served something: its Envoys may come back. */
  boolean servedBefore();

  /** Orders given with {@code --local} that are not shared yet, by stage. */
  Map<String, LocalOrder<StageControl>> localOrders();

  /** Replaces the local orders. */
  void keepLocalOrders(Map<String, LocalOrder<StageControl>> orders);

  /** Drains given with {@code --local} that are not shared yet, by target; empty: an undrain. */
  Map<String, LocalOrder<Optional<Drain>>> localDrains();

  /** Replaces the local drains. */
  void keepLocalDrains(Map<String, LocalOrder<Optional<Drain>>> drains);

  /**
   * What was sent last of this assignment; empty: not known.
   *
   * @param name of the assignment
   * @param variant one name may have several assignments; of an unknown one, any other's is given
   */
  Optional<Base> base(String name, String variant);

  /** Keeps what is about to be sent of this assignment; {@link #commit} returns when it is kept. */
  void keepBase(String name, String variant, Base base);

  /**
   * What a service had last.
   *
   * @param presence who was passing, and who went or turned critical lately: a restart counts on
   * @param instances by host
   */
  record Seen(Presence presence, SortedMap<String, Instance> instances) {}

  /** What a query gave last, with what is kept of it; empty: not known. */
  Optional<Seen> service(DiscoveryQuery query);

  /** Keeps what a query gives; {@link #commit} returns when it is kept. */
  void keepService(DiscoveryQuery query, Seen seen);

  /** Returns when the bases and services that were kept so far survive a loss of power. */
  void commit();

  /** Why nothing can be written at the moment; empty when it can. */
  Optional<String> trouble();
}
