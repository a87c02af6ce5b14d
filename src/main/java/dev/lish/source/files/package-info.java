/** What lies in files: takes a mesh folder or a path, gives instances and secrets. */
@NullMarked
package dev.lish.source.files;

import org.jspecify.annotations.NullMarked;
