package dev.lish.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.lish.model.ResourceType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A DiscoveryRequest or DeltaDiscoveryRequest, read tag by tag: an ACK in state of the world
 * repeats every name, so names are only compared here, all at once, and made into strings when they
 * differ from the last ones.
 */
final class Request {
  private final byte[] body;
  private final Layout layout;
  private int typeAt;
  private int typeLength;
  private long nonce = Nonce.NONE;
  private int versionAt;
  private int versionLength;
  private int nodeAt = -1;
  private int nodeLength;
  private int errorAt = -1;
  private int errorLength;
  private int subscribes;
  private int unsubscribes;
  private int initials;

  /** SotW: where the names lie. */
  private int namesFrom;

  private int namesTo;

  /** SotW: something lies between them. */
  private boolean scattered;

  /** SotW: they are these. */
  private @Nullable Names repeated;

  /** The numbers of the fields in each of the two messages; 0: it has no such field. */
  private enum Layout {
    SOTW(1, 2, 3, 0, 0, 4, 5, 6),
    DELTA(0, 1, 3, 4, 5, 2, 6, 7);

    final int version;
    final int node;
    final int subscribe;
    final int unsubscribe;
    final int initial;
    final int type;
    final int nonce;
    final int error;

    Layout(int... numbers) {
      version = numbers[0];
      node = numbers[1];
      subscribe = numbers[2];
      unsubscribe = numbers[3];
      initial = numbers[4];
      type = numbers[5];
      nonce = numbers[6];
      error = numbers[7];
    }
  }

  private Request(byte[] body, Layout layout) {
    this.body = body;
    this.layout = layout;
  }

  /**
   * Reads the message.
   *
   * @param last SotW: the names of a request before, which this one may repeat
   * @throws InvalidProtocolBufferException when it is not one
   */
  static Request parse(byte[] body, boolean delta, Names last)
      throws InvalidProtocolBufferException {
    Request request = new Request(body, delta ? Layout.DELTA : Layout.SOTW);
    try {
      request.read(last);
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidProtocolBufferException(e);
    }
    return request;
  }

  private void read(Names last) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(body);
    for (int from = 0; from < body.length; from = in.getTotalBytesRead()) {
      if (subscribes == 0 && last.count() > 0 && layout == Layout.SOTW && last.at(body, from)) {
        in.skipRawBytes(last.length());
        named(from, from + last.length(), last.count());
        repeated = last;
        continue;
      }
      int tag = in.readTag();
      int field = WireFormat.getTagFieldNumber(tag);
      if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        in.skipField(tag);
        continue;
      }
      int length = in.readUInt32();
      int at = in.getTotalBytesRead();
      in.skipRawBytes(length);
      if (field == layout.subscribe) {
        named(from, at + length, 1);
      } else {
        field(field, at, length);
      }
    }
  }

  private void named(int from, int to, int count) {
    if (subscribes == 0) {
      namesFrom = from;
    } else {
      scattered |= from != namesTo;
    }
    namesTo = to;
    subscribes += count;
    repeated = null;
  }

  private void field(int field, int at, int length) {
    if (field == layout.type) {
      typeAt = at;
      typeLength = length;
    } else if (field == layout.nonce) {
      nonce = Nonce.read(body, at, length);
    } else if (field == layout.version) {
      versionAt = at;
      versionLength = length;
    } else if (field == layout.node) {
      nodeAt = at;
      nodeLength = length;
    } else if (field == layout.error) {
      errorAt = at;
      errorLength = length;
    } else if (field == layout.unsubscribe) {
      unsubscribes++;
    } else if (field == layout.initial) {
      initials++;
    }
  }

  private String text(int at, int length) {
    return new String(body, at, length, UTF_8);
  }

  String typeUrl() {
    return text(typeAt, typeLength);
  }

  /** The type with the request's URL; empty: it is not served, or not given. */
  Optional<ResourceType> type() {
    return ResourceType.ofTypeUrl(body, typeAt, typeLength);
  }

  /** Of the response that it speaks of; {@link Nonce#NONE}: of none. */
  long nonce() {
    return nonce;
  }

  /** SotW: the version that the client has; empty: none. */
  String version() {
    return text(versionAt, versionLength);
  }

  /** SotW: true when it names just these, in the same order. False may also mean: not seen. */
  @SuppressWarnings("ReferenceEquality") // others are compared by content
  boolean repeats(Names last) {
    return repeated == last
        || (subscribes == last.count()
            && !scattered
            && namesTo - namesFrom == last.length()
            && last.at(body, namesFrom));
  }

  /** SotW: what a later request may repeat. */
  Names named() {
    return scattered ? Names.SCATTERED : Names.of(body, namesFrom, namesTo, subscribes);
  }

  /** How many names it carries, of any kind. */
  int names() {
    return subscribes + unsubscribes + initials;
  }

  /** The serialized node, when the request has one. */
  Optional<byte[]> node() {
    return nodeAt < 0
        ? Optional.empty()
        : Optional.of(Arrays.copyOfRange(body, nodeAt, nodeAt + nodeLength));
  }

  /** The message of {@code error_detail}; present: it is a NACK, if its nonce is the right one. */
  Optional<String> error() {
    if (errorAt < 0) {
      return Optional.empty();
    }
    try {
      CodedInputStream in = CodedInputStream.newInstance(body, errorAt, errorLength);
      String message = "";
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag == (2 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED)) {
          message = new String(in.readByteArray(), UTF_8);
        } else {
          in.skipField(tag);
        }
      }
      return Optional.of(message);
    } catch (IOException e) {
      return Optional.of("(its error_detail cannot be read)");
    }
  }

  /** {@code resource_names}, or {@code resource_names_subscribe}. */
  List<String> subscribe() {
    return strings(layout.subscribe, subscribes);
  }

  /** Delta: {@code resource_names_unsubscribe}. */
  List<String> unsubscribe() {
    return strings(layout.unsubscribe, unsubscribes);
  }

  /** Delta: {@code initial_resource_versions}. */
  Map<String, String> initial() {
    Map<String, String> versions = new HashMap<>(initials * 2);
    if (initials == 0) {
      return versions;
    }
    each(
        layout.initial,
        (at, length) -> {
          String[] entry = entry(at, length);
          versions.put(entry[0], entry[1]);
        });
    return versions;
  }

  private String[] entry(int at, int length) {
    String[] entry = {"", ""};
    try {
      CodedInputStream in = CodedInputStream.newInstance(body, at, length);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        int field = WireFormat.getTagFieldNumber(tag);
        if (field == 1 || field == 2) {
          entry[field - 1] = new String(in.readByteArray(), UTF_8);
        } else {
          in.skipField(tag);
        }
      }
    } catch (IOException e) {
      // An unreadable claim is no claim: the resource is sent.
      entry[1] = "";
    }
    return entry;
  }

  private List<String> strings(int field, int count) {
    List<String> strings = new ArrayList<>(count);
    if (count == 0) {
      return strings;
    }
    each(field, (at, length) -> strings.add(text(at, length)));
    return strings;
  }

  private interface Field {
    void at(int at, int length);
  }

  private void each(int wanted, Field visitor) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(body);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag == (wanted << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED)) {
          int length = in.readUInt32();
          visitor.at(in.getTotalBytesRead(), length);
          in.skipRawBytes(length);
        } else {
          in.skipField(tag);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("it could be read before", e);
    }
  }
}
