package dev.lish.accesslog;

/** Says where a log comes from. */
public interface Origins {
  /** Knows nothing of anybody. */
  Origins NONE = node -> Known.NOTHING;

  /**
   * Called once for each stream, on its event loop, so it must not block.
   *
   * @param node the serialized {@code envoy.config.core.v3.Node}; may be malformed
   */
  Known of(byte[] node);

  /** An Envoy. */
  interface Known {
    /** Nothing is known of it. */
    Known NOTHING = () -> Origin.UNKNOWN;

    /** All that is known now; asked about once a second, on another thread. */
    Origin look();

    /**
     * The same with what the Envoy has accepted until now. Asked for each message, on the event
     * loop of its stream, so it must be fast.
     *
     * @param looked what was known last; returned itself when it is still right
     */
    default Origin now(Origin looked) {
      return looked;
    }
  }
}
