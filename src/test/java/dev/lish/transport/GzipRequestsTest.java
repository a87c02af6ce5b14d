package dev.lish.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class GzipRequestsTest {
  @Test
  void whatIsNoGzipIsGivenUp() {
    for (String bytes : new String[] {"", "no gzip", "\37"}) {
      ByteBuf buffer = Unpooled.copiedBuffer(bytes, US_ASCII);
      assertThatThrownBy(() -> new GzipRequests().decompress(new ByteBufInputStream(buffer, true)))
          .isInstanceOf(IOException.class);
      assertThat(buffer.refCnt()).isZero();
    }
  }

  @Test
  void gzipIsInflatedAndGivenUpWithItsStream() throws IOException {
    ByteArrayOutputStream deflated = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(deflated)) {
      out.write("what was sent".getBytes(US_ASCII));
    }
    ByteBuf buffer = Unpooled.copiedBuffer(deflated.toByteArray());
    try (InputStream in = new GzipRequests().decompress(new ByteBufInputStream(buffer, true))) {
      assertThat(in.readAllBytes()).asString(US_ASCII).isEqualTo("what was sent");
    }
    assertThat(buffer.refCnt()).isZero();
  }
}
