package dev.lish.render;

import dev.lish.model.Problem;
import dev.lish.model.ProblemKind;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A render, and where each resource of it was written.
 *
 * @param outcome as the server would have it
 * @param groups what could be read of each group, also when the outcome is Refused; groups of the
 *     same resources are one instance
 * @param unread what is missing in groups for each error that left something out
 */
public record Inspection(Rendering outcome, Map<SnapshotKey, Group> groups, List<Unread> unread) {
  /** Copies the collections. */
  public Inspection {
    groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
    unread = List.copyOf(unread);
  }

  /**
   * What an error left out.
   *
   * @param groups the names of the groups that lack something
   * @param types what they may lack; a file that holds no resources by itself may take all with it
   */
  public record Unread(Problem problem, Set<String> groups, Set<ResourceType> types) {
    /** Kinds of errors after which the resource is there all the same. */
    private static final Set<ProblemKind> WHOLE =
        EnumSet.of(
            ProblemKind.DUPLICATE_NAME,
            ProblemKind.UNKNOWN_ENDPOINTS,
            ProblemKind.EMPTIED_GROUP,
            ProblemKind.MORE_ERRORS);

    /** Copies the sets. */
    public Unread {
      groups = Set.copyOf(groups);
      types = Set.copyOf(types);
    }

    /** What these Problems left out of a mesh's groups. */
    static List<Unread> of(List<Problem> problems, Mesh mesh) {
      List<Unread> all = new ArrayList<>();
      for (Problem problem : problems) {
        if (!problem.isError() || WHOLE.contains(problem.kind())) {
          continue;
        }
        Optional<ResourceFile> file = ResourceFile.of(problem.path());
        Set<String> groups = new TreeSet<>();
        for (Mesh.Group group : mesh.groups()) {
          boolean takes =
              group.resources().stream().anyMatch(glob -> new Glob(glob).matches(problem.path()));
          if (file.isEmpty() || takes) {
            groups.add(group.rule().name());
          }
        }
        Set<ResourceType> types =
            file.flatMap(ResourceFile::type).map(Set::of).orElse(Set.of(ResourceType.values()));
        all.add(new Unread(problem, groups, types));
      }
      return all;
    }
  }

  /**
   * The resources of a group, assignments too where a document has them.
   *
   * @param origins by type and name
   */
  public record Group(SortedMap<ResourceType, SortedMap<String, Origin>> origins) {
    /** Copies the map. */
    public Group {
      origins = Collections.unmodifiableSortedMap(new TreeMap<>(origins));
    }

    /** The resources of a type, by name. */
    public SortedMap<String, Origin> of(ResourceType type) {
      return origins.getOrDefault(type, Collections.emptySortedMap());
    }
  }
}
