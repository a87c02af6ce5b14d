/** Which stage gets which revision, when; a pure state machine. */
@NullMarked
package dev.lish.delivery;

import org.jspecify.annotations.NullMarked;
