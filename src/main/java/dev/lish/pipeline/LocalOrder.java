package dev.lish.pipeline;

import dev.lish.model.Revision;
import dev.lish.model.StageControl;

/**
 * An order given with {@code --local}.
 *
 * @param control what holds for the stage on this replica
 * @param base the revision of Lish's own repository that was known when it was given: who changed
 *     the stage since was first
 */
public record LocalOrder(StageControl control, Revision base) {}
