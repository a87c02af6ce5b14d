package dev.lish.pipeline;

import dev.lish.delivery.Delivery;
import dev.lish.model.Node;
import dev.lish.model.Revision;
import dev.lish.model.StageRule;
import dev.lish.render.Mesh;
import dev.lish.source.MeshFolder;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Who belongs to which stage. A change that moves a connected Envoy waits until it is promoted: it
 * would otherwise be the one edit without a canary. Confined to the pipeline's thread.
 */
final class Members {
  private final Function<MeshFolder, Optional<Mesh>> read;
  private Optional<InForce> inForce = Optional.empty();
  private Optional<InForce> newest = Optional.empty();
  private Optional<Revision> adopted = Optional.empty();
  private Optional<Revision> asked = Optional.empty();
  private List<String> moves = List.of();

  /** A folder and the stages that it declares. */
  private record InForce(MeshFolder folder, List<StageRule> rules, List<String> names) {
    Revision revision() {
      return folder.revision();
    }

    boolean sameRules(InForce other) {
      return rules.equals(other.rules);
    }
  }

  Members(Function<MeshFolder, Optional<Mesh>> read) {
    this.read = read;
  }

  /**
   * Takes in what is known.
   *
   * @param accepted the revision that the shared repository names
   * @param acceptedFolder the folder at that revision, once it is here
   * @param head the newest folder
   * @param connected the Envoys that are connected
   * @param settled false for a while after a restart: Envoys that were connected are not back yet,
   *     so nobody knows whom a change would move
   * @return a revision to be written to the shared repository, once
   */
  Optional<Revision> step(
      Optional<Revision> accepted,
      Optional<MeshFolder> acceptedFolder,
      Optional<MeshFolder> head,
      Collection<Node> connected,
      boolean settled) {
    adopt(accepted, acceptedFolder);
    newest = head.flatMap(folder -> known(folder).or(() -> parse(folder))).or(() -> newest);
    boolean waitsForAccepted =
        accepted.isPresent() && inForce.isEmpty() && acceptedFolder.isEmpty();
    if (newest.isEmpty() || waitsForAccepted) {
      return Optional.empty();
    }
    InForce next = newest.get();
    if (inForce.isPresent() && inForce.get().sameRules(next)) {
      moves = List.of();
      return Optional.empty();
    }
    moves =
        inForce.map(now -> Delivery.moves(connected, now.rules(), next.rules())).orElse(List.of());
    if (moves.isEmpty() && inForce.isPresent() && !settled) {
      moves = List.of("the Envoys of before the restart are still awaited");
    }
    if (!moves.isEmpty()) {
      return Optional.empty();
    }
    inForce = newest;
    return askOnce(next.revision());
  }

  /** Each accepted revision is taken once: what took effect here since may not be shared yet. */
  private void adopt(Optional<Revision> accepted, Optional<MeshFolder> folder) {
    if (!accepted.equals(adopted)) {
      Optional<InForce> next = folder.flatMap(this::parse);
      if (next.isPresent() || accepted.isEmpty()) {
        inForce = next.or(() -> inForce);
        adopted = accepted;
      }
    }
  }

  /** The commit that was asked for did not come about: it is asked for again. */
  void notShared() {
    asked = Optional.empty();
  }

  private Optional<Revision> askOnce(Revision revision) {
    if (asked.equals(Optional.of(revision))) {
      return Optional.empty();
    }
    asked = Optional.of(revision);
    return asked;
  }

  private Optional<InForce> known(MeshFolder folder) {
    // Not by revision: a repository that was made again has other files under the same number.
    return newest.filter(n -> n.folder().equals(folder));
  }

  private Optional<InForce> parse(MeshFolder folder) {
    return read.apply(folder)
        .map(
            mesh ->
                new InForce(
                    folder, mesh.stages(), mesh.stages().stream().map(StageRule::name).toList()));
  }

  /** The folder whose stages are in force. */
  Optional<MeshFolder> folder() {
    return inForce.map(InForce::folder);
  }

  /** The stages in force, in order. */
  List<StageRule> rules() {
    return inForce.map(InForce::rules).orElse(List.of());
  }

  /** The names of the stages in force. */
  List<String> names() {
    return inForce.map(InForce::names).orElse(List.of());
  }

  View.Membership view() {
    Optional<Revision> pending = moves.isEmpty() ? Optional.empty() : newest.map(InForce::revision);
    return new View.Membership(inForce.map(InForce::revision), pending, moves);
  }
}
