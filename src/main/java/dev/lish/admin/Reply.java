package dev.lish.admin;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;

/**
 * An answer, before it is one of Armeria's.
 *
 * @param status the HTTP status
 * @param type of the body
 * @param body the whole body
 */
record Reply(HttpStatus status, MediaType type, HttpData body) {
  /** Nothing but this answer may be loaded or run, whatever the body is. */
  private static final String NO_CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'";

  static Reply text(HttpStatus status, String body) {
    return new Reply(status, MediaType.PLAIN_TEXT_UTF_8, HttpData.ofUtf8(body));
  }

  static Reply json(HttpStatus status, Object value) {
    return new Reply(status, MediaType.JSON_UTF_8, HttpData.wrap(Json.write(value)));
  }

  static Reply ok(Object value) {
    return json(HttpStatus.OK, value);
  }

  /** {@code {"error": message}}. */
  static Reply error(HttpStatus status, String message) {
    return json(status, new Failure(message));
  }

  private record Failure(String error) {}

  HttpResponse toResponse() {
    return toResponse(NO_CONTENT_POLICY);
  }

  HttpResponse toResponse(String contentPolicy) {
    ResponseHeaders headers =
        ResponseHeaders.builder(status)
            .contentType(type)
            .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
            .set(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
            .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, contentPolicy)
            .build();
    return HttpResponse.of(
        status.equals(HttpStatus.UNAUTHORIZED)
            ? headers.toBuilder().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer").build()
            : headers,
        body);
  }
}
