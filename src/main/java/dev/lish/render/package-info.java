/** Pure: takes {@link dev.lish.source.Inputs}, gives resources or Problems. */
@NullMarked
package dev.lish.render;

import org.jspecify.annotations.NullMarked;
