package dev.lish.cli;

import dev.lish.model.Problem;
import dev.lish.render.Inspection;
import dev.lish.render.Mesh;
import dev.lish.render.MeshReader;
import dev.lish.render.MessageTypes;
import dev.lish.render.Renderer;
import dev.lish.render.Rendering;
import dev.lish.source.MeshFolder;
import dev.lish.source.files.FolderOnDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Model.CommandSpec;

/** A mesh folder on disk, with all that its render needs; no server is asked. */
final class OfflineMesh {
  private final MeshFolder folder;
  private final List<Problem> problems;
  private final Optional<Mesh> mesh;
  private final OfflineRegistries registries;
  private final MessageTypes types;
  private final Renderer renderer;

  private OfflineMesh(
      FolderOnDisk.Reading reading,
      OfflineRegistries registries,
      MessageTypes types,
      Renderer renderer) {
    MeshReader.Reading read = MeshReader.read(reading.folder());
    this.folder = reading.folder();
    this.mesh = read.mesh();
    this.registries = registries;
    this.types = types;
    this.renderer = renderer;
    this.problems = new ArrayList<>(reading.problems());
    problems.addAll(registries.problems());
    problems.addAll(read.problems());
  }

  /** The folder, and the options that say what is not in it. */
  static void addOptions(CommandSpec spec) {
    spec.addPositional(Command.positional(0, "DIR", "The mesh folder."));
    addInputs(spec);
  }

  /** The options that say what is not in a folder. */
  static void addInputs(CommandSpec spec) {
    spec.addOption(
        Command.many(
            "NAME=FILE",
            "What a registry knows, in the format of registries/*.yaml; may be repeated.",
            "--registry"));
    spec.addOption(
        Command.many(
            "FILE",
            "A FileDescriptorSet with more messages, as in lish.yaml; may be repeated.",
            "--descriptors"));
  }

  static OfflineMesh read(Terminal terminal, Arguments given) {
    return of(terminal, given, FolderReader.read(terminal, given.required(0)));
  }

  /** The mesh of a folder that was read already. */
  static OfflineMesh of(Terminal terminal, Arguments given, FolderOnDisk.Reading reading) {
    MessageTypes types = types(terminal, given.all("--descriptors"));
    Renderer renderer = new Renderer(types);
    // Registries may be as large as the mesh: they are read while it is parsed.
    CompletableFuture<OfflineRegistries> registries =
        CompletableFuture.supplyAsync(
            () -> OfflineRegistries.read(terminal, reading.folder(), given.all("--registry")),
            task -> new Thread(task, "registries").start());
    renderer.parseAhead(reading.folder());
    return new OfflineMesh(reading, result(registries), types, renderer);
  }

  private static OfflineRegistries result(CompletableFuture<OfflineRegistries> registries) {
    try {
      return registries.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static MessageTypes types(Terminal terminal, List<String> files) {
    if (files.isEmpty()) {
      return MessageTypes.builtIn();
    }
    List<byte[]> sets = new ArrayList<>();
    for (String file : files) {
      try {
        sets.add(Files.readAllBytes(terminal.resolve(file)));
      } catch (IOException e) {
        throw Failure.world(file + ": cannot be read: " + e);
      }
    }
    try {
      return MessageTypes.builtIn().with(sets);
    } catch (IllegalArgumentException e) {
      throw Failure.usage("--descriptors: " + e.getMessage());
    }
  }

  /** What is wrong before anything is rendered: files, registries, {@code mesh.yaml}. */
  List<Problem> problems() {
    return problems;
  }

  /** Empty when {@code mesh.yaml} has errors. */
  Optional<Mesh> mesh() {
    return mesh;
  }

  OfflineRegistries registries() {
    return registries;
  }

  /** True when a template may read a registry. */
  boolean readsCatalogs() {
    return folder.files().entrySet().stream()
        .anyMatch(
            file ->
                file.getKey().endsWith(".peb")
                    && file.getValue().toStringUtf8().contains("registry"));
  }

  MessageTypes types() {
    return types;
  }

  MeshFolder folder() {
    return folder;
  }

  int fileCount() {
    return folder.files().size();
  }

  /** A stage, and where its resources are. */
  Inspection inspect(String stage) {
    return renderer.inspect(registries.inputs(stage, folder));
  }

  Rendering render(String stage) {
    return renderer.render(registries.inputs(stage, folder), Optional.empty());
  }
}
