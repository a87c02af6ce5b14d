package dev.lish.accesslog;

import com.google.protobuf.ByteString;
import java.util.Arrays;

/**
 * One entry of a log, as far as it counts. The reader fills the same one again and again, so what
 * is kept must be copied.
 */
final class Entry {
  /** Where the entry and its texts stand. */
  byte[] bytes = new byte[0];

  int from;
  int to;

  /** Where the cluster's name stands: in the entry, unless it did not say it. */
  byte[] clusterBytes = bytes;

  int clusterFrom;
  int clusterTo;
  int routeFrom;
  int routeTo;

  boolean tcp;
  int status;

  /** A bit for each field number of {@code ResponseFlags}. */
  int flags;

  /** Microseconds; -1: not told. */
  long duration;

  /** Microseconds until the upstream's first byte; -1: there was none. */
  long firstByte;

  long received;
  long sent;
  int attempts;

  /** It tells of a request that goes on, or of one attempt: not of a whole request. */
  boolean partial;

  /** Forgets the last entry. */
  void start(byte[] buffer, int start, int end, boolean isTcp) {
    bytes = buffer;
    from = start;
    to = end;
    tcp = isTcp;
    clusterBytes = buffer;
    clusterFrom = 0;
    clusterTo = 0;
    routeFrom = 0;
    routeTo = 0;
    status = 0;
    flags = 0;
    duration = -1;
    firstByte = -1;
    received = 0;
    sent = 0;
    attempts = 0;
    partial = false;
  }

  ResponseClass response() {
    return tcp ? ResponseClass.TCP : ResponseClass.ofStatus(status);
  }

  FlagClass failure() {
    return FlagClass.of(flags);
  }

  /** How often it was tried again. */
  int retries() {
    return Math.max(0, attempts - 1);
  }

  /** Its bytes. */
  byte[] copy() {
    return Arrays.copyOfRange(bytes, from, to);
  }

  ByteString cluster() {
    return ByteString.copyFrom(clusterBytes, clusterFrom, clusterTo - clusterFrom);
  }

  /** Sets the cluster, which the entry itself does not name. */
  void cluster(byte[] name) {
    clusterBytes = name;
    clusterFrom = 0;
    clusterTo = name.length;
  }

  ByteString route() {
    return ByteString.copyFrom(bytes, routeFrom, routeTo - routeFrom);
  }
}
