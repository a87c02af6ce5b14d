package dev.lish.accesslog;

/** How a request ended, as coarse as a metric may be. */
public enum ResponseClass {
  C1XX("1xx"),
  C2XX("2xx"),
  C3XX("3xx"),
  C4XX("4xx"),
  C5XX("5xx"),
  /** A connection of the TCP proxy, which has no response. */
  TCP("tcp"),
  /** An HTTP request without a response, e.g. reset by the client. */
  NONE("none");

  private static final ResponseClass[] BY_HUNDRED = {NONE, C1XX, C2XX, C3XX, C4XX, C5XX};

  private final String label;

  ResponseClass(String label) {
    this.label = label;
  }

  /** The name in the API and in metric tags, e.g. {@code 5xx}. */
  public String label() {
    return label;
  }

  /**
   * True when a server, or the way to it, failed: 5xx, or no response although the client waited.
   */
  boolean isError(FlagClass failure) {
    return switch (this) {
      case C5XX -> true;
      case NONE -> failure != FlagClass.CLIENT;
      case TCP -> failure != FlagClass.NONE && failure != FlagClass.CLIENT;
      case C1XX, C2XX, C3XX, C4XX -> false;
    };
  }

  /** The class of an HTTP status; Envoy logs 0 when there was no response. */
  static ResponseClass ofStatus(int status) {
    int hundred = status / 100;
    return hundred > 0 && hundred < BY_HUNDRED.length ? BY_HUNDRED[hundred] : NONE;
  }
}
