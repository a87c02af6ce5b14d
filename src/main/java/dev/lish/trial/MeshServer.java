package dev.lish.trial;

import dev.lish.model.Problem;
import dev.lish.model.Revision;
import dev.lish.recorder.Recorder;
import dev.lish.serve.NodeView;
import dev.lish.snapshot.Assignment;
import dev.lish.source.MeshFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A Lish that serves one stage of a folder to the Envoys of one run. */
public interface MeshServer extends AutoCloseable {
  /** The port for Envoys, on loopback. */
  int port();

  /** Serves this folder from now on; its revision must be higher than the last one's. */
  void serve(MeshFolder folder);

  /** What came of the folder. */
  State state();

  /** The streams that are connected. */
  List<NodeView> nodes();

  /** Stops, and gives the port up. */
  @Override
  void close();

  /**
   * What came of a folder.
   *
   * @param serving the revision that is served; empty: none yet
   * @param judged the revision that {@code problems} are of; empty: none yet
   * @param problems of a folder; errors refuse it
   * @param assignment what is rendered, before {@link Start#wiring}
   */
  record State(
      Optional<Revision> serving,
      Optional<Revision> judged,
      List<Problem> problems,
      Assignment assignment) {
    /** Copies the list. */
    public State {
      problems = List.copyOf(problems);
    }
  }

  /**
   * What to start.
   *
   * @param folder to serve first
   * @param stage the only one that is served, to all Envoys of its groups
   * @param wiring puts addresses of this machine in place of the mesh's; called by one thread at a
   *     time
   * @param recorder watches every stream
   * @param tls of the port for Envoys; empty: cleartext
   */
  record Start(
      MeshFolder folder,
      String stage,
      UnaryOperator<Assignment> wiring,
      Recorder recorder,
      Optional<Files> tls) {}

  /**
   * PEM files for TLS with client certificates.
   *
   * @param ca whom it trusts
   * @param certificate its own
   * @param key its private key
   */
  record Files(Path ca, Path certificate, Path key) {}

  /** Starts one. */
  @FunctionalInterface
  interface Factory {
    /**
     * Starts one; it need not serve anything when this returns.
     *
     * @throws TrialException when it cannot start
     */
    MeshServer start(Start start) throws TrialException;
  }
}
