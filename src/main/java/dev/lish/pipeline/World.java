package dev.lish.pipeline;

import com.google.protobuf.ByteString;
import dev.lish.render.Renderer;
import dev.lish.source.MeshRepository;
import dev.lish.source.SharedRepository;
import dev.lish.source.Source;
import java.util.SortedMap;

/**
 * What a pipeline works on.
 *
 * @param mesh the repository with the mesh folder
 * @param shared Lish's own repository
 * @param registries all registries
 * @param secrets the files of {@code secrets_dir}
 * @param renderer used on one worker thread
 * @param memory what this replica remembers
 */
public record World(
    MeshRepository mesh,
    SharedRepository shared,
    Registries registries,
    Source<SortedMap<String, ByteString>> secrets,
    Renderer renderer,
    Memory memory) {}
