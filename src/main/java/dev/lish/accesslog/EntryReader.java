package dev.lish.accesslog;

import static dev.lish.accesslog.BatchReader.message;
import static dev.lish.accesslog.BatchReader.number;

import com.google.protobuf.Duration;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogType;
import io.envoyproxy.envoy.data.accesslog.v3.ConnectionProperties;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPRequestProperties;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPResponseProperties;
import io.envoyproxy.envoy.data.accesslog.v3.ResponseFlags;
import io.envoyproxy.envoy.data.accesslog.v3.TCPAccessLogEntry;
import java.io.IOException;

/** Reads one {@code HTTPAccessLogEntry} or {@code TCPAccessLogEntry} into an {@link Entry}. */
final class EntryReader {
  private static final int COMMON = message(HTTPAccessLogEntry.COMMON_PROPERTIES_FIELD_NUMBER);
  private static final int REQUEST = message(HTTPAccessLogEntry.REQUEST_FIELD_NUMBER);
  private static final int RESPONSE = message(HTTPAccessLogEntry.RESPONSE_FIELD_NUMBER);
  private static final int CONNECTION =
      message(TCPAccessLogEntry.CONNECTION_PROPERTIES_FIELD_NUMBER);

  private static final int UPSTREAM = message(AccessLogCommon.UPSTREAM_CLUSTER_FIELD_NUMBER);
  private static final int ROUTE = message(AccessLogCommon.ROUTE_NAME_FIELD_NUMBER);
  private static final int FLAGS = message(AccessLogCommon.RESPONSE_FLAGS_FIELD_NUMBER);
  private static final int DURATION = message(AccessLogCommon.DURATION_FIELD_NUMBER);
  private static final int LAST_SENT =
      message(AccessLogCommon.TIME_TO_LAST_DOWNSTREAM_TX_BYTE_FIELD_NUMBER);
  private static final int FIRST_BYTE =
      message(AccessLogCommon.TIME_TO_FIRST_UPSTREAM_RX_BYTE_FIELD_NUMBER);
  private static final int ATTEMPTS =
      number(AccessLogCommon.UPSTREAM_REQUEST_ATTEMPT_COUNT_FIELD_NUMBER);
  private static final int INTERMEDIATE =
      number(AccessLogCommon.INTERMEDIATE_LOG_ENTRY_FIELD_NUMBER);
  private static final int TYPE = number(AccessLogCommon.ACCESS_LOG_TYPE_FIELD_NUMBER);

  private static final int UNAUTHORIZED = message(ResponseFlags.UNAUTHORIZED_DETAILS_FIELD_NUMBER);

  private static final int REQUEST_HEADERS =
      number(HTTPRequestProperties.REQUEST_HEADERS_BYTES_FIELD_NUMBER);
  private static final int REQUEST_BODY =
      number(HTTPRequestProperties.REQUEST_BODY_BYTES_FIELD_NUMBER);
  private static final int CODE = message(HTTPResponseProperties.RESPONSE_CODE_FIELD_NUMBER);
  private static final int RESPONSE_HEADERS =
      number(HTTPResponseProperties.RESPONSE_HEADERS_BYTES_FIELD_NUMBER);
  private static final int RESPONSE_BODY =
      number(HTTPResponseProperties.RESPONSE_BODY_BYTES_FIELD_NUMBER);
  private static final int RECEIVED = number(ConnectionProperties.RECEIVED_BYTES_FIELD_NUMBER);
  private static final int SENT = number(ConnectionProperties.SENT_BYTES_FIELD_NUMBER);

  private static final int SECONDS = number(Duration.SECONDS_FIELD_NUMBER);
  private static final int NANOS = number(Duration.NANOS_FIELD_NUMBER);

  /** {@code google.protobuf.UInt32Value.value}. */
  private static final int WRAPPED = number(1);

  private static final long MOST_SECONDS = 1L << 40;

  private final Cursor in;
  private final Entry entry;
  private long lastSent;

  EntryReader(Cursor in, Entry entry) {
    this.in = in;
    this.entry = entry;
  }

  /** Reads from the cursor's place to this end. */
  Entry read(int end, boolean tcp) throws IOException {
    entry.start(in.bytes, in.at, end, tcp);
    lastSent = -1;
    while (in.at < end) {
      int tag = in.tag(end);
      // Both kinds of entries have the common properties in field 1.
      if (tag == COMMON) {
        common(in.block(end));
      } else if (tag == RESPONSE && !tcp) {
        response(in.block(end));
      } else if (tag == REQUEST && !tcp) {
        request(in.block(end));
      } else if (tag == CONNECTION && tcp) {
        connection(in.block(end));
      } else {
        in.skip(tag, end);
      }
    }
    if (entry.duration < 0) {
      // Before 1.23 Envoy did not tell the duration itself.
      entry.duration = lastSent;
    }
    return entry;
  }

  private void common(int end) throws IOException {
    while (in.at < end) {
      int tag = in.tag(end);
      if (tag == UPSTREAM) {
        int to = in.block(end);
        entry.clusterFrom = in.at;
        entry.clusterTo = to;
        in.at = to;
      } else if (tag == ROUTE) {
        int to = in.block(end);
        entry.routeFrom = in.at;
        entry.routeTo = to;
        in.at = to;
      } else if (tag == FLAGS) {
        flags(in.block(end));
      } else if (tag == DURATION) {
        entry.duration = micros(in.block(end));
      } else if (tag == FIRST_BYTE) {
        entry.firstByte = micros(in.block(end));
      } else if (tag == LAST_SENT) {
        lastSent = micros(in.block(end));
      } else {
        commonNumber(tag, end);
      }
    }
  }

  private void commonNumber(int tag, int end) throws IOException {
    if (tag == ATTEMPTS) {
      entry.attempts = (int) in.varint(end);
    } else if (tag == INTERMEDIATE) {
      entry.partial |= in.varint(end) != 0;
    } else if (tag == TYPE) {
      entry.partial |= !isWhole((int) in.varint(end));
    } else {
      in.skip(tag, end);
    }
  }

  /** Each request and connection has exactly one entry of these types. */
  private static boolean isWhole(int type) {
    return type == AccessLogType.NotSet_VALUE
        || type == AccessLogType.DownstreamEnd_VALUE
        || type == AccessLogType.TcpConnectionEnd_VALUE
        || type == AccessLogType.UdpSessionEnd_VALUE;
  }

  private void flags(int end) throws IOException {
    while (in.at < end) {
      int tag = in.tag(end);
      if (tag == UNAUTHORIZED) {
        in.skip(tag, end);
        entry.flags |= 1 << ResponseFlags.UNAUTHORIZED_DETAILS_FIELD_NUMBER;
      } else if (tag == number(tag >>> 3) && tag >>> 3 < Integer.SIZE) {
        entry.flags |= in.varint(end) != 0 ? 1 << (tag >>> 3) : 0;
      } else {
        in.skip(tag, end);
      }
    }
  }

  private void request(int end) throws IOException {
    while (in.at < end) {
      int tag = in.tag(end);
      if (tag == REQUEST_HEADERS || tag == REQUEST_BODY) {
        entry.received += in.varint(end);
      } else {
        in.skip(tag, end);
      }
    }
  }

  private void response(int end) throws IOException {
    while (in.at < end) {
      int tag = in.tag(end);
      if (tag == CODE) {
        entry.status = wrapped(in.block(end));
      } else if (tag == RESPONSE_HEADERS || tag == RESPONSE_BODY) {
        entry.sent += in.varint(end);
      } else {
        in.skip(tag, end);
      }
    }
  }

  private void connection(int end) throws IOException {
    while (in.at < end) {
      int tag = in.tag(end);
      if (tag == RECEIVED) {
        entry.received = in.varint(end);
      } else if (tag == SENT) {
        entry.sent = in.varint(end);
      } else {
        in.skip(tag, end);
      }
    }
  }

  private int wrapped(int end) throws IOException {
    int value = 0;
    while (in.at < end) {
      int tag = in.tag(end);
      if (tag == WRAPPED) {
        value = (int) in.varint(end);
      } else {
        in.skip(tag, end);
      }
    }
    return value;
  }

  /** A {@code google.protobuf.Duration}; a negative one, from a clock that was set back, is 0. */
  private long micros(int end) throws IOException {
    long seconds = 0;
    long nanos = 0;
    while (in.at < end) {
      int tag = in.tag(end);
      if (tag == SECONDS) {
        seconds = in.varint(end);
      } else if (tag == NANOS) {
        nanos = (int) in.varint(end);
      } else {
        in.skip(tag, end);
      }
    }
    return Math.max(0, Math.min(seconds, MOST_SECONDS) * 1_000_000 + nanos / 1_000);
  }
}
