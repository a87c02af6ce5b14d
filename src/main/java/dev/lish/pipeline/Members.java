package dev.lish.pipeline;

import dev.lish.delivery.Delivery;
import dev.lish.model.Node;
import dev.lish.model.Revision;
import dev.lish.model.StageRule;
import dev.lish.render.Mesh;
import dev.lish.source.MeshFolder;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
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
  private Optional<Revision> asked = Optional.empty();
  private List<String> moves = List.of();

  /** A revision and the stages that it declares. */
  private record InForce(Revision revision, List<StageRule> rules, List<String> names) {
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
   * @return a revision to be written to the shared repository, once
   */
  Optional<Revision> step(
      Optional<Revision> accepted,
      Optional<MeshFolder> acceptedFolder,
      Optional<MeshFolder> head,
      Collection<Node> connected) {
    if (accepted.isPresent() && !accepted.equals(inForce.map(InForce::revision))) {
      inForce = acceptedFolder.flatMap(this::parse).or(() -> inForce);
    }
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
    if (!moves.isEmpty()) {
      return Optional.empty();
    }
    inForce = newest;
    return askOnce(next.revision());
  }

  private Optional<Revision> askOnce(Revision revision) {
    if (asked.equals(Optional.of(revision))) {
      return Optional.empty();
    }
    asked = Optional.of(revision);
    return asked;
  }

  private Optional<InForce> known(MeshFolder folder) {
    return newest.filter(n -> Objects.equals(n.revision(), folder.revision()));
  }

  private Optional<InForce> parse(MeshFolder folder) {
    return read.apply(folder)
        .map(
            mesh ->
                new InForce(
                    folder.revision(),
                    mesh.stages(),
                    mesh.stages().stream().map(StageRule::name).toList()));
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
