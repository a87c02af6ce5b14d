/** What the world says now, each part as one value: takes adapters, gives {@link Inputs}. */
@NullMarked
package dev.lish.source;

import org.jspecify.annotations.NullMarked;
