/** Takes two sets of snapshots, gives what differs, field by field, and what it does to Envoys. */
@NullMarked
package dev.lish.diff;

import org.jspecify.annotations.NullMarked;
