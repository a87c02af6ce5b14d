/**
 * Consul as a registry: takes an agent's address, gives instances and services by blocking queries.
 */
@NullMarked
package dev.lish.source.consul;

import org.jspecify.annotations.NullMarked;
