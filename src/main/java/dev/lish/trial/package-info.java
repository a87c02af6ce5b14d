/**
 * Takes a mesh folder, its tests and Envoy binaries, gives what real Envoys make of it: starts
 * them, stands in for their upstreams, asks, and judges.
 */
@NullMarked
package dev.lish.trial;

import org.jspecify.annotations.NullMarked;
