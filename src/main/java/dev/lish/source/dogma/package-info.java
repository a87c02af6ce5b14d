/**
 * Central Dogma, its client and its embedded server: takes addresses, gives {@link
 * dev.lish.source.MeshRepository} and {@link dev.lish.source.SharedRepository}.
 */
@NullMarked
package dev.lish.source.dogma;

import org.jspecify.annotations.NullMarked;
