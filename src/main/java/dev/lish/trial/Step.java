package dev.lish.trial;

import com.google.protobuf.ByteString;
import dev.lish.trial.wire.Behaviour;
import java.util.Collections;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** One step of a test. */
sealed interface Step {
  /** Where it is written. */
  int line();

  /** Sends a request, and looks at what comes of it. */
  record Ask(int line, Request request, Expectation expectation) implements Step {}

  /** Has the upstreams of a cluster behave so from now on. */
  record Behave(int line, Endpoint endpoint, Behaviour behaviour) implements Step {}

  /** Sets runtime keys at the Envoys; an empty value takes the key away. */
  record SetRuntime(int line, SortedMap<String, String> values) implements Step {
    /** Copies the map. */
    public SetRuntime {
      values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }
  }

  /** Serves the folder with these files in place of its own; an empty one is taken away. */
  record Overlay(int line, SortedMap<String, Optional<ByteString>> files) implements Step {
    /** Copies the map. */
    public Overlay {
      files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }
  }

  /** Drains an endpoint or, when it is empty, the Envoy's listeners. */
  record Drain(int line, Optional<Endpoint> endpoint) implements Step {}

  /**
   * Upstreams of a cluster.
   *
   * @param number counted from 1 in the order of the assignment; empty: all
   */
  record Endpoint(String cluster, OptionalInt number) {}

  /** Calls the function of the case. */
  default <R> R match(
      Function<Ask, R> ask,
      Function<Behave, R> behave,
      Function<SetRuntime, R> runtime,
      Function<Overlay, R> overlay,
      Function<Drain, R> drain) {
    if (this instanceof Ask a) {
      return ask.apply(a);
    } else if (this instanceof Behave b) {
      return behave.apply(b);
    } else if (this instanceof SetRuntime s) {
      return runtime.apply(s);
    }
    return this instanceof Overlay o ? overlay.apply(o) : drain.apply((Drain) this);
  }
}
