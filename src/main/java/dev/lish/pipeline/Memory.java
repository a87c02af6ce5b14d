package dev.lish.pipeline;

import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.source.MeshFolder;
import java.util.List;
import java.util.Map;

/**
 * What this replica remembers across restarts. Reads are fast; writes are done in the background.
 */
public interface Memory {
  /** The revisions that the stage has served, the newest last. */
  List<Revision> served(String stage);

  /** The stage serves this folder now; it is kept so that a cold start can serve it again. */
  void serves(String stage, MeshFolder folder);

  /** Orders given with {@code --local} that are not shared yet, by stage. */
  Map<String, StageControl> localOrders();

  /** Replaces the local orders. */
  void keepLocalOrders(Map<String, StageControl> orders);
}
