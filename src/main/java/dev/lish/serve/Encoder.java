package dev.lish.serve;

import com.google.protobuf.CodedOutputStream;
import dev.lish.model.ContentHash;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.Version;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Encodes responses, each once: streams that are told the same share its bytes. By hand, because a
 * protobuf field may simply be appended: the nonce, all that differs between streams, comes last.
 */
final class Encoder {
  /** Bytes of encoded responses to keep: the newest are all that streams ask for. */
  private static final long MOST_BYTES = 32L << 20;

  /** What nothing but an older state has in it should not stay for as long as there is room. */
  static final Duration OLDEST = Duration.ofMinutes(1);

  // DiscoveryResponse and DeltaDiscoveryResponse agree on these.
  private static final int VERSION = 1;
  private static final int RESOURCES = 2;
  private static final int TYPE_URL = 4;
  private static final int REMOVED = 6; // delta only
  // Any
  private static final int ANY_TYPE = 1;
  private static final int ANY_VALUE = 2;
  // Resource, of delta
  private static final int RESOURCE_VERSION = 1;
  private static final int RESOURCE_BODY = 2;
  private static final int RESOURCE_NAME = 3;

  private final Recent<Key, Payload> payloads =
      new Recent<>(MOST_BYTES, payload -> payload.bytes().length + 256L, OLDEST, System::nanoTime);
  private final XdsMeter meter;

  Encoder(XdsMeter meter) {
    this.meter = meter;
  }

  /** What a response is made of; equal only if the bytes are. */
  private record Key(
      ResourceType type,
      boolean delta,
      int epoch,
      Version version,
      int count,
      ContentHash resources,
      List<String> removed) {}

  /** The response with these resources, in this order. */
  Payload encode(Content content) {
    Key key =
        new Key(
            content.type(),
            content.delta(),
            content.epoch(),
            content.version(),
            content.resources().size(),
            content.sum(),
            content.removed());
    return payloads.get(key, k -> write(content));
  }

  /**
   * What to encode.
   *
   * @param epoch delta: part of each resource's version
   * @param resources sorted by name
   * @param sum of their hashes
   */
  record Content(
      ResourceType type,
      boolean delta,
      int epoch,
      Version version,
      List<Resource> resources,
      ContentHash sum,
      List<String> removed) {}

  private Payload write(Content content) {
    int size =
        CodedOutputStream.computeStringSize(VERSION, content.version().value())
            + CodedOutputStream.computeStringSize(TYPE_URL, content.type().typeUrl());
    for (Resource resource : content.resources()) {
      int inner = content.delta() ? deltaSize(resource, content.epoch()) : anySize(resource);
      size += CodedOutputStream.computeTagSize(RESOURCES) + lengthAnd(inner);
    }
    for (String name : content.removed()) {
      size += CodedOutputStream.computeStringSize(REMOVED, name);
    }
    byte[] bytes = new byte[size];
    try {
      write(content, CodedOutputStream.newInstance(bytes));
    } catch (IOException e) {
      throw new IllegalStateException("the array has room for " + size + " bytes", e);
    }
    meter.encoded(content.type(), size);
    return new Payload(
        content.type(), content.version(), content.resources(), content.removed(), bytes);
  }

  private static void write(Content content, CodedOutputStream out) throws IOException {
    out.writeString(VERSION, content.version().value());
    out.writeString(TYPE_URL, content.type().typeUrl());
    for (Resource resource : content.resources()) {
      out.writeTag(RESOURCES, 2);
      if (content.delta()) {
        out.writeUInt32NoTag(deltaSize(resource, content.epoch()));
        out.writeString(RESOURCE_VERSION, version(resource, content.epoch()));
        out.writeTag(RESOURCE_BODY, 2);
        writeAny(resource, out);
        out.writeString(RESOURCE_NAME, resource.name());
      } else {
        writeAny(resource, out);
      }
    }
    for (String name : content.removed()) {
      out.writeString(REMOVED, name);
    }
    out.checkNoSpaceLeft();
  }

  private static void writeAny(Resource resource, CodedOutputStream out) throws IOException {
    out.writeUInt32NoTag(anySize(resource));
    out.writeString(ANY_TYPE, resource.type().typeUrl());
    out.writeBytes(ANY_VALUE, resource.body());
  }

  private static int anySize(Resource resource) {
    return CodedOutputStream.computeStringSize(ANY_TYPE, resource.type().typeUrl())
        + CodedOutputStream.computeBytesSize(ANY_VALUE, resource.body());
  }

  private static int deltaSize(Resource resource, int epoch) {
    return CodedOutputStream.computeStringSize(RESOURCE_VERSION, version(resource, epoch))
        + CodedOutputStream.computeTagSize(RESOURCE_BODY)
        + lengthAnd(anySize(resource))
        + CodedOutputStream.computeStringSize(RESOURCE_NAME, resource.name());
  }

  /** A length-delimited field without its tag. */
  private static int lengthAnd(int length) {
    return CodedOutputStream.computeUInt32SizeNoTag(length) + length;
  }

  /** The version of one resource in delta. */
  static String version(Resource resource, int epoch) {
    return Version.of(resource.hash(), epoch).value();
  }
}
