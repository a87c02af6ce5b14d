/** The commands: takes a command line, gives output and an exit code. */
@NullMarked
package dev.lish.cli;

import org.jspecify.annotations.NullMarked;
