/** Takes what a mesh folder renders to, gives Findings: what an Envoy would refuse or regret. */
@NullMarked
package dev.lish.check;

import org.jspecify.annotations.NullMarked;
