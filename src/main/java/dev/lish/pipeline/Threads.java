package dev.lish.pipeline;

import java.util.concurrent.Executor;

/**
 * Where work is done.
 *
 * @param loop the pipeline's one thread
 * @param worker renders, one at a time
 * @param wake has the loop look at the world again, soon
 */
record Threads(Executor loop, Executor worker, Runnable wake) {}
