/**
 * What sources said last, on disk: takes sources, gives the same sources, which know their last
 * value after a restart too.
 */
@NullMarked
package dev.lish.source.kept;

import org.jspecify.annotations.NullMarked;
