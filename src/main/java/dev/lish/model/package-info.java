/**
 * The nouns that every package shares: takes nothing, gives resources, nodes, keys and problems.
 */
@NullMarked
package dev.lish.model;

import org.jspecify.annotations.NullMarked;
