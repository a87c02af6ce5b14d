/** Takes the views of the others, gives the HTTP API and the web page; passes commands on. */
@NullMarked
package dev.lish.admin;

import org.jspecify.annotations.NullMarked;
