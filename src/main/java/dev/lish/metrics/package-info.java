/** Takes what the others count, gives Prometheus text: every meter's name and tags are here. */
@NullMarked
package dev.lish.metrics;

import org.jspecify.annotations.NullMarked;
