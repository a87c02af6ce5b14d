/** HTTP for registries: takes an address and limits, gives what was answered or what went wrong. */
@NullMarked
package dev.lish.source.web;

import org.jspecify.annotations.NullMarked;
