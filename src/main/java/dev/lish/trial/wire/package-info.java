/**
 * Both ends of a request on loopback: clients, and stand-ins for upstreams that note what they are
 * sent and answer as they are told, with an authority for the certificates of both.
 */
@NullMarked
package dev.lish.trial.wire;

import org.jspecify.annotations.NullMarked;
