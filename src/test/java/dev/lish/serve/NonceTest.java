package dev.lish.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NonceTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 9, 10, 35, 36, 1_295, 1_296, 4_738_381_338_321_616_895L})
  void fieldIsReadAsProtobufAndBack(long nonce) throws InvalidProtocolBufferException {
    byte[] field = Nonce.field(nonce);

    String text = Long.toString(nonce, 36);
    assertThat(DiscoveryResponse.parseFrom(field).getNonce()).isEqualTo(text);
    assertThat(DeltaDiscoveryResponse.parseFrom(field).getNonce()).isEqualTo(text);
    assertThat(read(text)).isEqualTo(nonce);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0", "01", "A", "-1", "1 ", "1.5", "é", "1000000000000", "zzzzzzzzzzzzzzzz"})
  void whatNoStreamGivesIsForeign(String text) {
    assertThat(read(text)).isEqualTo(Nonce.FOREIGN);
  }

  @Test
  void emptyIsNone() {
    assertThat(read("")).isEqualTo(Nonce.NONE);
  }

  private static long read(String text) {
    byte[] bytes = ("xx" + text + "yy").getBytes(UTF_8);
    return Nonce.read(bytes, 2, bytes.length - 4);
  }
}
