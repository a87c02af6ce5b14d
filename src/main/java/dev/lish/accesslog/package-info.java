/** Takes the access logs that Envoys stream, gives sums of them. */
@NullMarked
package dev.lish.accesslog;

import org.jspecify.annotations.NullMarked;
