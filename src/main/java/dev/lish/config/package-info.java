/** Takes the text of {@code lish.yaml}, gives checked settings or Problems. */
@NullMarked
package dev.lish.config;

import org.jspecify.annotations.NullMarked;
