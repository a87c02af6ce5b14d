package dev.lish.transport;

import io.grpc.Decompressor;
import io.grpc.DecompressorRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/**
 * Inflates requests as gRPC's own gzip does, but gives up the buffers of what is no gzip: Armeria
 * does not, so a few thousand such messages would hold all memory outside the heap.
 */
public final class GzipRequests implements Decompressor {
  /** For {@code GrpcServiceBuilder.decompressorRegistry}. */
  public static final DecompressorRegistry REGISTRY =
      DecompressorRegistry.getDefaultInstance().with(new GzipRequests(), true);

  GzipRequests() {}

  @Override
  public String getMessageEncoding() {
    return "gzip";
  }

  @Override
  public InputStream decompress(InputStream in) throws IOException {
    try {
      return new GZIPInputStream(in);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }
}
