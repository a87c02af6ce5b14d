/** The loop: takes what the sources say, gives one {@link dev.lish.snapshot.Assignment}. */
@NullMarked
package dev.lish.pipeline;

import org.jspecify.annotations.NullMarked;
