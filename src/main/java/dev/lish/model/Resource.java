package dev.lish.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;

/**
 * One xDS resource, encoded once. Two resources are equal when type, name and content are; the
 * place in the mesh does not count.
 *
 * @param type what it is
 * @param name the name that Envoy knows it by
 * @param body the serialized message, without an {@code Any} around it
 * @param hash over type, name and body
 * @param path the mesh file that it came from, for messages; empty when none did
 * @param line where it starts in that file, from 1; 0: not known
 */
public record Resource(
    ResourceType type, String name, ByteString body, ContentHash hash, String path, int line) {

  /** A resource whose hash is computed here. */
  public static Resource of(ResourceType type, String name, ByteString body, String path) {
    return of(type, name, body, path, 0);
  }

  /** The same, with the line. */
  public static Resource of(
      ResourceType type, String name, ByteString body, String path, int line) {
    ContentHash hash =
        ContentHash.of(
            type.messageName().getBytes(UTF_8), name.getBytes(UTF_8), body.toByteArray());
    return new Resource(type, name, body, hash, path, line);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Resource that
        && type == that.type
        && hash.equals(that.hash)
        && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return hash.hashCode();
  }

  /** Never the body: it may hold a private key. */
  @Override
  public String toString() {
    return type.label() + " " + name + "@" + hash;
  }
}
