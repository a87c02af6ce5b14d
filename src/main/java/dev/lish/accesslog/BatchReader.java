package dev.lish.accesslog;

import com.google.protobuf.ByteString;
import com.google.protobuf.WireFormat;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage.HTTPAccessLogEntries;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage.Identifier;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage.TCPAccessLogEntries;
import java.io.IOException;

/**
 * Reads the few fields that count out of a serialized {@code StreamAccessLogsMessage}, by tag: an
 * entry has some 40 fields and a busy Envoy sends thousands a second, so no message is built and no
 * text decoded.
 */
final class BatchReader {
  /** Takes what is read; only the identifier's bytes may be kept. */
  interface Sink {
    /** Who writes which log; only the first message of a stream says so. */
    void identifier(ByteString node, Writer writer);

    /** The next entry; the same object each time. */
    void entry(Entry entry);

    /** False: entries are to be skipped, and told as {@link #skipped}. */
    boolean wantsEntries();

    /** An entry was not read. */
    void skipped();
  }

  private static final int IDENTIFIER = message(StreamAccessLogsMessage.IDENTIFIER_FIELD_NUMBER);
  private static final int HTTP_LOGS = message(StreamAccessLogsMessage.HTTP_LOGS_FIELD_NUMBER);
  private static final int TCP_LOGS = message(StreamAccessLogsMessage.TCP_LOGS_FIELD_NUMBER);
  private static final int NODE = message(Identifier.NODE_FIELD_NUMBER);
  private static final int LOG_NAME = message(Identifier.LOG_NAME_FIELD_NUMBER);
  private static final int NODE_ID = message(Node.ID_FIELD_NUMBER);
  private static final int NODE_CLUSTER = message(Node.CLUSTER_FIELD_NUMBER);
  private static final int HTTP_ENTRY = message(HTTPAccessLogEntries.LOG_ENTRY_FIELD_NUMBER);
  private static final int TCP_ENTRY = message(TCPAccessLogEntries.LOG_ENTRY_FIELD_NUMBER);

  private final Cursor in;
  private final Sink sink;
  private final EntryReader reader;

  private BatchReader(Cursor in, Sink sink, Entry entry) {
    this.in = in;
    this.sink = sink;
    this.reader = new EntryReader(in, entry);
  }

  /**
   * Hands everything in the message to the sink; entries before a malformed one are handed on too.
   *
   * @throws IOException when the bytes are not such a message
   */
  static void read(Batch batch, Entry entry, Sink sink) throws IOException {
    new BatchReader(new Cursor(batch.bytes(), 0), sink, entry).read(batch.length());
  }

  private void read(int end) throws IOException {
    while (in.at < end) {
      int tag = in.tag(end);
      if (tag == IDENTIFIER) {
        identifier(in.block(end));
      } else if (tag == HTTP_LOGS || tag == TCP_LOGS) {
        entries(in.block(end), tag == TCP_LOGS);
      } else {
        in.skip(tag, end);
      }
    }
  }

  private void identifier(int end) throws IOException {
    ByteString node = ByteString.EMPTY;
    ByteString logName = ByteString.EMPTY;
    while (in.at < end) {
      int tag = in.tag(end);
      if (tag == NODE) {
        node = bytes(in.block(end));
      } else if (tag == LOG_NAME) {
        logName = bytes(in.block(end));
      } else {
        in.skip(tag, end);
      }
    }
    sink.identifier(
        node, new Writer(text(node, NODE_ID), text(node, NODE_CLUSTER), logName.toStringUtf8()));
  }

  private static String text(ByteString node, int field) throws IOException {
    Cursor in = new Cursor(node.toByteArray(), 0);
    ByteString text = ByteString.EMPTY;
    while (in.at < node.size()) {
      int tag = in.tag(node.size());
      if (tag == field) {
        int end = in.block(node.size());
        text = node.substring(in.at, end);
        in.at = end;
      } else {
        in.skip(tag, node.size());
      }
    }
    return text.toStringUtf8();
  }

  private ByteString bytes(int end) {
    ByteString copy = ByteString.copyFrom(in.bytes, in.at, end - in.at);
    in.at = end;
    return copy;
  }

  private void entries(int end, boolean tcp) throws IOException {
    while (in.at < end) {
      int tag = in.tag(end);
      if (tag != (tcp ? TCP_ENTRY : HTTP_ENTRY)) {
        in.skip(tag, end);
      } else if (sink.wantsEntries()) {
        sink.entry(reader.read(in.block(end), tcp));
      } else {
        in.skip(tag, end);
        sink.skipped();
      }
    }
  }

  /** The tag of a length-delimited field: a message, bytes or text. */
  static int message(int field) {
    return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  /** The tag of a number. */
  static int number(int field) {
    return field << 3 | WireFormat.WIRETYPE_VARINT;
  }
}
