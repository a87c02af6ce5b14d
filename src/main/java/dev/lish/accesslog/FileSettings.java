package dev.lish.accesslog;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Rolling files.
 *
 * @param folder that is theirs alone; made when it is not there
 * @param maxFileBytes compressed; the next file starts then
 * @param maxBytes of all files together; the oldest go first
 * @param maxAge of a file; an open one rolls after an hour at the latest
 */
public record FileSettings(Path folder, long maxFileBytes, long maxBytes, Duration maxAge) {}
