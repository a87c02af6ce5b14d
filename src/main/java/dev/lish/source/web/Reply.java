package dev.lish.source.web;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.common.ResponseHeaders;
import java.util.function.Function;

/** How a request ended. */
public sealed interface Reply {
  /** There was an answer, whatever its status. */
  record Answered(ResponseHeaders headers, ByteString body) implements Reply {
    /** The HTTP status. */
    public int status() {
      return headers.status().code();
    }

    /** The status and the beginning of the body, for people. */
    public String told() {
      String text = body.substring(0, Math.min(SHOWN, body.size())).toStringUtf8().strip();
      return (status() + " " + text).strip();
    }
  }

  /**
   * There was none.
   *
   * @param noConnection true when nobody was reached, so that every other request would fail too
   */
  record Failed(String cause, boolean noConnection) implements Reply {}

  /** Bytes of a body that are worth showing to people. */
  int SHOWN = 300;

  /** Calls the function of the case. */
  default <R> R match(Function<Answered, R> answered, Function<Failed, R> failed) {
    return this instanceof Answered a ? answered.apply(a) : failed.apply((Failed) this);
  }
}
