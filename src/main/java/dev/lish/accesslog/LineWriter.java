package dev.lish.accesslog;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPRequestProperties;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPResponseProperties;
import io.envoyproxy.envoy.data.accesslog.v3.TCPAccessLogEntry;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** An entry as a line of JSON; {@code docs/access-logs.md} has the keys. */
final class LineWriter {
  private static final String REDACTED = "[redacted]";

  private final Set<String> redacted;

  /**
   * A writer.
   *
   * @param redacted names of headers whose values are not written, in lower case
   */
  LineWriter(Set<String> redacted) {
    this.redacted = redacted;
  }

  String line(RawEntry raw, Entry entry) throws InvalidProtocolBufferException {
    if (raw.tcp()) {
      TCPAccessLogEntry tcp = TCPAccessLogEntry.parseFrom(raw.bytes());
      return end(start(tcp.getCommonProperties(), raw, entry), tcp.getCommonProperties());
    }
    HTTPAccessLogEntry http = HTTPAccessLogEntry.parseFrom(raw.bytes());
    JsonLine line = start(http.getCommonProperties(), raw, entry);
    line.put("status", entry.status);
    request(line, http);
    HTTPResponseProperties response = http.getResponse();
    line.put("details", response.getResponseCodeDetails());
    line.put("request_headers", headers(http.getRequest().getRequestHeadersMap()));
    line.put("response_headers", headers(response.getResponseHeadersMap()));
    line.put("response_trailers", headers(response.getResponseTrailersMap()));
    return end(line, http.getCommonProperties());
  }

  private static JsonLine start(AccessLogCommon common, RawEntry raw, Entry entry) {
    JsonLine line = new JsonLine();
    line.put("time", time(common.getStartTime()));
    line.put("node", raw.writer().nodeId());
    line.put("node_cluster", raw.writer().nodeCluster());
    line.put("log", raw.writer().logName());
    line.put("stage", raw.origin().stage());
    line.put("group", raw.origin().group());
    raw.origin().accepted().ifPresent(revision -> line.put("revision", revision.number()));
    JsonLine versions = new JsonLine();
    raw.origin().versions().forEach(versions::put);
    line.put("versions", versions);
    line.put("cluster", entry.cluster().toStringUtf8());
    line.put("route", common.getRouteName());
    line.put("flags", FlagClass.letters(entry.flags));
    line.millis("duration_ms", entry.duration);
    line.millis("first_byte_ms", entry.firstByte);
    line.put("received", entry.received);
    line.put("sent", entry.sent);
    line.put("attempts", entry.attempts);
    return line;
  }

  private void request(JsonLine line, HTTPAccessLogEntry http) {
    HTTPRequestProperties request = http.getRequest();
    line.put("method", request.getRequestMethod().name());
    line.put("protocol", http.getProtocolVersion().name());
    line.put("scheme", request.getScheme());
    line.put("authority", request.getAuthority());
    line.put("path", withoutQuery(request.getPath()));
    line.put("user_agent", header("user-agent", request.getUserAgent()));
    line.put("referer", header("referer", withoutQuery(request.getReferer())));
    line.put("forwarded_for", header("x-forwarded-for", request.getForwardedFor()));
    line.put("request_id", header("x-request-id", request.getRequestId()));
  }

  /** Queries carry tokens and names of people. */
  private static String withoutQuery(String path) {
    int query = path.indexOf('?');
    return query < 0 ? path : path.substring(0, query);
  }

  private static String end(JsonLine line, AccessLogCommon common) {
    line.put("upstream", address(common.getUpstreamRemoteAddress()));
    line.put("client", address(common.getDownstreamRemoteAddress()));
    line.put("upstream_failure", common.getUpstreamTransportFailureReason());
    line.put("termination", common.getConnectionTerminationDetails());
    return line.toString();
  }

  private JsonLine headers(Map<String, String> headers) {
    JsonLine line = new JsonLine();
    new TreeMap<>(headers).forEach((name, value) -> line.put(name, header(name, value)));
    return line;
  }

  private String header(String name, String value) {
    return !value.isEmpty() && redacted.contains(name.toLowerCase(Locale.ROOT)) ? REDACTED : value;
  }

  private static String time(Timestamp time) {
    return time.getSeconds() == 0
        ? ""
        : Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toString();
  }

  private static String address(Address address) {
    if (!address.hasSocketAddress()) {
      return address.getPipe().getPath();
    }
    SocketAddress socket = address.getSocketAddress();
    String host = socket.getAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + socket.getPortValue();
  }
}
