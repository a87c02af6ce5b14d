package dev.lish.pipeline;

import dev.lish.model.Revision;

/**
 * An order given with {@code --local}.
 *
 * @param value what holds on this replica
 * @param base the revision of Lish's own repository that was known when it was given: who changed
 *     the same since was first
 * @param <V> what is ordered
 */
public record LocalOrder<V>(V value, Revision base) {}
