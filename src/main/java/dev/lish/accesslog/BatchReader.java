package dev.lish.accesslog;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPResponseProperties;
import io.envoyproxy.envoy.data.accesslog.v3.TCPAccessLogEntry;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage.HTTPAccessLogEntries;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage.Identifier;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage.TCPAccessLogEntries;
import java.io.IOException;

/**
 * Reads the few fields that count out of a serialized {@code StreamAccessLogsMessage}, by tag: an
 * entry has some 40 fields and a busy Envoy sends thousands a second, so no message is built and no
 * text decoded. What a later sum needs more is one more case here and one more field in {@link
 * Sink#entry}.
 */
final class BatchReader {
  /** Takes what is read; the bytes are slices of the message and must be copied to be kept. */
  interface Sink {
    /** Who writes which log; only the first message of a stream says so. */
    void identifier(ByteString nodeCluster, ByteString logName);

    /** An entry; the cluster is empty when Envoy answered itself. */
    void entry(ByteString upstreamCluster, ResponseClass response);
  }

  private static final int IDENTIFIER = message(StreamAccessLogsMessage.IDENTIFIER_FIELD_NUMBER);
  private static final int HTTP_LOGS = message(StreamAccessLogsMessage.HTTP_LOGS_FIELD_NUMBER);
  private static final int TCP_LOGS = message(StreamAccessLogsMessage.TCP_LOGS_FIELD_NUMBER);
  private static final int NODE = message(Identifier.NODE_FIELD_NUMBER);
  private static final int LOG_NAME = message(Identifier.LOG_NAME_FIELD_NUMBER);
  private static final int NODE_CLUSTER = message(Node.CLUSTER_FIELD_NUMBER);
  private static final int HTTP_ENTRY = message(HTTPAccessLogEntries.LOG_ENTRY_FIELD_NUMBER);
  private static final int TCP_ENTRY = message(TCPAccessLogEntries.LOG_ENTRY_FIELD_NUMBER);
  private static final int HTTP_COMMON = message(HTTPAccessLogEntry.COMMON_PROPERTIES_FIELD_NUMBER);
  private static final int TCP_COMMON = message(TCPAccessLogEntry.COMMON_PROPERTIES_FIELD_NUMBER);
  private static final int UPSTREAM = message(AccessLogCommon.UPSTREAM_CLUSTER_FIELD_NUMBER);
  private static final int RESPONSE = message(HTTPAccessLogEntry.RESPONSE_FIELD_NUMBER);
  private static final int CODE = message(HTTPResponseProperties.RESPONSE_CODE_FIELD_NUMBER);

  /** {@code google.protobuf.UInt32Value.value}, a varint. */
  private static final int WRAPPED = 1 << 3 | WireFormat.WIRETYPE_VARINT;

  private final CodedInputStream in;
  private final Sink sink;

  private ByteString nodeCluster = ByteString.EMPTY;
  private ByteString logName = ByteString.EMPTY;
  private ByteString upstream = ByteString.EMPTY;
  private int status;

  private BatchReader(CodedInputStream in, Sink sink) {
    this.in = in;
    this.sink = sink;
  }

  /**
   * Hands everything in the message to the sink; entries before a malformed one are handed on too.
   *
   * @throws IOException when the bytes are not such a message
   */
  static void read(ByteString message, Sink sink) throws IOException {
    CodedInputStream in = message.newCodedInput();
    in.enableAliasing(true);
    new BatchReader(in, sink).read();
  }

  private void read() throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == IDENTIFIER) {
        nested(this::identifier);
        sink.identifier(nodeCluster, logName);
      } else if (tag == HTTP_LOGS) {
        nested(this::httpEntries);
      } else if (tag == TCP_LOGS) {
        nested(this::tcpEntries);
      } else {
        in.skipField(tag);
      }
    }
  }

  private void identifier(int tag) throws IOException {
    if (tag == NODE) {
      nested(this::node);
    } else if (tag == LOG_NAME) {
      logName = in.readBytes();
    } else {
      in.skipField(tag);
    }
  }

  private void node(int tag) throws IOException {
    if (tag == NODE_CLUSTER) {
      nodeCluster = in.readBytes();
    } else {
      in.skipField(tag);
    }
  }

  private void httpEntries(int tag) throws IOException {
    if (tag == HTTP_ENTRY) {
      startEntry();
      nested(this::httpEntry);
      sink.entry(upstream, ResponseClass.ofStatus(status));
    } else {
      in.skipField(tag);
    }
  }

  private void tcpEntries(int tag) throws IOException {
    if (tag == TCP_ENTRY) {
      startEntry();
      nested(this::tcpEntry);
      sink.entry(upstream, ResponseClass.TCP);
    } else {
      in.skipField(tag);
    }
  }

  private void startEntry() {
    upstream = ByteString.EMPTY;
    status = 0;
  }

  private void httpEntry(int tag) throws IOException {
    if (tag == HTTP_COMMON) {
      nested(this::common);
    } else if (tag == RESPONSE) {
      nested(this::response);
    } else {
      in.skipField(tag);
    }
  }

  private void tcpEntry(int tag) throws IOException {
    if (tag == TCP_COMMON) {
      nested(this::common);
    } else {
      in.skipField(tag);
    }
  }

  private void common(int tag) throws IOException {
    if (tag == UPSTREAM) {
      upstream = in.readBytes();
    } else {
      in.skipField(tag);
    }
  }

  private void response(int tag) throws IOException {
    if (tag == CODE) {
      nested(this::wrapped);
    } else {
      in.skipField(tag);
    }
  }

  private void wrapped(int tag) throws IOException {
    if (tag == WRAPPED) {
      status = in.readUInt32();
    } else {
      in.skipField(tag);
    }
  }

  private interface Field {
    void read(int tag) throws IOException;
  }

  private void nested(Field field) throws IOException {
    int outer = in.pushLimit(in.readRawVarint32());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      field.read(tag);
    }
    in.checkLastTagWas(0);
    in.popLimit(outer);
  }

  /** The tag of a length-delimited field: a message, bytes or text. */
  private static int message(int field) {
    return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }
}
