/** Takes real binaries and streams, gives tests something to start, drive, record and judge. */
@NullMarked
package dev.lish.testing;

import org.jspecify.annotations.NullMarked;
