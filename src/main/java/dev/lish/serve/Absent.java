package dev.lish.serve;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import java.io.IOException;

/** What stands for a resource that is asked for and does not exist, where silence would hang. */
final class Absent {
  /** Names may be as long as a request: a bound on their bytes, not on their number. */
  private static final long MOST_BYTES = 4L << 20;

  private static final Recent<String, Resource> LAYERS = recent();
  private static final Recent<String, Resource> ASSIGNMENTS = recent();

  private Absent() {}

  private static Recent<String, Resource> recent() {
    return new Recent<>(MOST_BYTES, resource -> resource.body().size() + 256L);
  }

  /** A layer without keys: Envoy holds its start back until it has every layer that it asks for. */
  static Resource layer(String name) {
    return LAYERS.get(name, n -> named(ResourceType.RUNTIME, n));
  }

  /** An assignment without endpoints: it ends the warming of a cluster. */
  static Resource assignment(String name) {
    return ASSIGNMENTS.get(name, n -> named(ResourceType.ENDPOINT, n));
  }

  /** Field 1 is the name in both messages. */
  private static Resource named(ResourceType type, String name) {
    byte[] body = new byte[CodedOutputStream.computeStringSize(1, name)];
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(body);
      out.writeString(1, name);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new IllegalStateException("the array has room for " + name, e);
    }
    return Resource.of(type, name, ByteString.copyFrom(body), "");
  }
}
