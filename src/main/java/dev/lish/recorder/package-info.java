/** Takes the messages of discovery streams, gives where a server broke the protocol. */
@NullMarked
package dev.lish.recorder;

import org.jspecify.annotations.NullMarked;
