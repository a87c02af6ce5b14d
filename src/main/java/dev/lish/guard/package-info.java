/**
 * Takes what an assignment should become and what was sent before, gives what may be sent now: no
 * change of hosts puts an Envoy into panic.
 */
@NullMarked
package dev.lish.guard;

import org.jspecify.annotations.NullMarked;
