package dev.lish.render;

import dev.lish.model.GroupRule;
import dev.lish.model.StageRule;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What {@code mesh.yaml} says.
 *
 * @param stages in delivery order
 * @param renders stage to the stage whose bytes it gets (itself, unless it says {@code renders:})
 * @param groups in order of precedence
 * @param guard what is set for the endpoint guard
 */
public record Mesh(
    List<StageRule> stages,
    SortedMap<String, String> renders,
    List<Group> groups,
    GuardLimits guard) {
  /** With the guard's defaults. */
  public Mesh(List<StageRule> stages, SortedMap<String, String> renders, List<Group> groups) {
    this(stages, renders, groups, GuardLimits.DEFAULT);
  }

  /** Copies the collections. */
  public Mesh {
    stages = List.copyOf(stages);
    renders = Collections.unmodifiableSortedMap(new TreeMap<>(renders));
    groups = List.copyOf(groups);
  }

  /**
   * A group.
   *
   * @param rule who belongs to it
   * @param resources globs over mesh files ({@code **} crosses folders): what it gets
   * @param allowEmpty true: a render without clusters or listeners may follow one that had some
   */
  public record Group(GroupRule rule, List<String> resources, boolean allowEmpty) {
    /** Copies the list. */
    public Group {
      resources = List.copyOf(resources);
    }
  }
}
