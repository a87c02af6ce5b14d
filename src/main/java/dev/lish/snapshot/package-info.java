/**
 * An immutable, versioned whole: takes resources, gives snapshots, their differences, and who gets
 * which.
 */
@NullMarked
package dev.lish.snapshot;

import org.jspecify.annotations.NullMarked;
