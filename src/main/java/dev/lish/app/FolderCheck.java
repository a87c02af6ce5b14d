package dev.lish.app;

import com.google.protobuf.ByteString;
import dev.lish.model.Problem;
import dev.lish.model.Revision;
import dev.lish.model.StageRule;
import dev.lish.pipeline.PushCheck;
import dev.lish.pipeline.World;
import dev.lish.render.MeshReader;
import dev.lish.render.Rendering;
import dev.lish.source.Inputs;
import dev.lish.source.MeshFolder;
import dev.lish.source.files.FolderRegistry;
import dev.lish.source.files.RegistryFile;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Renders a folder that somebody wants to push, for every stage, with what the registries say. */
final class FolderCheck implements PushCheck {
  private final World world;

  FolderCheck(World world) {
    this.world = world;
  }

  @Override
  public List<Problem> problems(Map<String, ByteString> files) {
    MeshFolder folder = new MeshFolder(Revision.NONE, new TreeMap<>(files));
    TreeSet<Problem> errors = new TreeSet<>();
    SortedMap<String, Set<String>> registries =
        new TreeMap<>(world.registries().parameters(folder, Optional.empty()));
    FolderRegistry.namesIn(folder)
        .forEach(
            (name, path) -> {
              registries.putIfAbsent(name, Set.of("tag"));
              if (RegistryFile.parse(path, folder.files().getOrDefault(path, ByteString.EMPTY))
                  instanceof RegistryFile.Broken broken) {
                errors.addAll(broken.problems());
              }
            });
    MeshReader.Reading reading = MeshReader.read(folder);
    reading.problems().stream().filter(Problem::isError).forEach(errors::add);
    List<StageRule> stages = reading.mesh().map(mesh -> mesh.stages()).orElse(List.of());
    for (StageRule stage : stages) {
      Inputs inputs =
          new Inputs(
              stage.name(),
              folder,
              world.registries().services(),
              registries,
              world.secrets().state().last().orElse(Collections.emptySortedMap()),
              false);
      if (world.renderer().render(inputs, Optional.empty()) instanceof Rendering.Refused refused) {
        refused.problems().stream().filter(Problem::isError).forEach(errors::add);
      }
    }
    return Problem.withoutRepeats(errors);
  }
}
