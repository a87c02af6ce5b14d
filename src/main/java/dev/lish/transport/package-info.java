/**
 * What lies below gRPC on the connections of Envoys: HTTP/2 frames, buffers of what has come in
 * part, and the kernel's acknowledgements.
 */
@NullMarked
package dev.lish.transport;

import org.jspecify.annotations.NullMarked;
