/** An in-house registry: takes the address of a JSON document, gives instances and services. */
@NullMarked
package dev.lish.source.http;

import org.jspecify.annotations.NullMarked;
