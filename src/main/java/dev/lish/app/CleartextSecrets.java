package dev.lish.app;

import dev.lish.model.Problem;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.pipeline.View;
import dev.lish.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Tells, as warnings of each stage, of the secrets that no Envoy gets over a cleartext port. */
final class CleartextSecrets {
  private static final String WITHHELD =
      "secret %s is not served: the port for Envoys has no TLS (expected: xds.tls in lish.yaml, or"
          + " insecure: true if the network is trusted)";

  private CleartextSecrets() {}

  /** The same view with those warnings. */
  static View marked(View view) {
    List<View.Stage> stages = view.stages().stream().map(stage -> marked(stage, view)).toList();
    return new View(
        view.at(),
        view.notReady(),
        view.head(),
        stages,
        view.membership(),
        view.sources(),
        view.drains(),
        view.guard(),
        view.assignment());
  }

  private static View.Stage marked(View.Stage stage, View view) {
    Set<Problem> withheld = new TreeSet<>();
    for (Snapshot snapshot : view.assignment().snapshots().values()) {
      if (snapshot.key().stage().equals(stage.name())) {
        for (Resource secret : snapshot.set(ResourceType.SECRET).byName().values()) {
          withheld.add(Problem.warning(secret.path(), 0, WITHHELD.formatted(secret.name())));
        }
      }
    }
    if (withheld.isEmpty()) {
      return stage;
    }
    List<Problem> problems = new ArrayList<>(stage.problems());
    problems.addAll(withheld);
    return new View.Stage(
        stage.name(),
        stage.control(),
        stage.local(),
        stage.target(),
        stage.serving(),
        stage.judged(),
        problems,
        stage.held(),
        stage.waitingFor());
  }
}
