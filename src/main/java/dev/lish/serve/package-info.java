/**
 * xDS streams: takes an {@link dev.lish.snapshot.Assignment}, gives every Envoy what it subscribes
 * to, and tells how that went by {@link dev.lish.serve.StreamEvent}.
 */
@NullMarked
package dev.lish.serve;

import org.jspecify.annotations.NullMarked;
