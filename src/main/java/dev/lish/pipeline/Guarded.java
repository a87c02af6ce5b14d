package dev.lish.pipeline;

import dev.lish.guard.Terms;
import dev.lish.render.EndpointSpec;

/**
 * An assignment as some clusters use it: one is made, guarded and kept, however many snapshots have
 * it.
 *
 * @param spec how the assignment comes about
 * @param terms on what terms its hosts may change
 */
record Guarded(EndpointSpec spec, Terms terms) {}
