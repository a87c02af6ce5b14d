/** The composition root: takes a checked configuration, gives a running server. */
@NullMarked
package dev.lish.app;

import org.jspecify.annotations.NullMarked;
