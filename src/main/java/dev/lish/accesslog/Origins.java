package dev.lish.accesslog;

import java.util.function.Supplier;

/** Says where a log comes from. */
public interface Origins {
  /** Knows nothing of anybody. */
  Origins NONE = node -> () -> Origin.UNKNOWN;

  /**
   * Called once for each stream, on its event loop, so it must not block.
   *
   * @param node the serialized {@code envoy.config.core.v3.Node}; may be malformed
   * @return what is known of the node now; asked again about once a second, on another thread
   */
  Supplier<Origin> of(byte[] node);
}
