package dev.lish.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedOutputStream;
import dev.lish.model.ResourceType;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Names of state-of-the-world requests, which each answer repeats. */
class RequestTest {
  private static byte[] request(String... names) {
    return DiscoveryRequest.newBuilder()
        .setVersionInfo("1")
        .setTypeUrl(ResourceType.ENDPOINT.typeUrl())
        .addAllResourceNames(List.of(names))
        .setResponseNonce("a")
        .build()
        .toByteArray();
  }

  private static Request read(byte[] bytes, Names last) throws IOException {
    Request request = Request.parse(bytes, false, last);
    // Whatever the names are compared with, the rest is read.
    assertThat(request.type()).contains(ResourceType.ENDPOINT);
    assertThat(request.nonce()).isEqualTo(10);
    assertThat(request.version()).isEqualTo("1");
    return request;
  }

  private static Names names(String... names) throws IOException {
    return read(request(names), Names.NONE).named();
  }

  @Test
  void repeatedNamesAreTheSameThoughTheyAreNotReadAgain() throws IOException {
    Names last = names("a", "bb", "");
    Request again = read(request("a", "bb", ""), last);
    assertThat(again.repeats(last)).isTrue();
    assertThat(again.names()).isEqualTo(3);
    assertThat(again.named()).isSameAs(last);
    assertThat(again.subscribe()).containsExactly("a", "bb", "");
    // Compared later, with what another type had.
    assertThat(read(request("a", "bb", ""), names("x")).repeats(last)).isTrue();
  }

  @Test
  void otherNamesAreOthers() throws IOException {
    Names last = names("a", "b");
    for (String[] other :
        new String[][] {{}, {"a"}, {"b", "a"}, {"a", "c"}, {"a", "b", "c"}, {"c", "a", "b"}}) {
      Request request = read(request(other), last);
      assertThat(request.repeats(last)).as(List.of(other).toString()).isFalse();
      assertThat(request.names()).isEqualTo(other.length);
      assertThat(request.subscribe()).containsExactly(other);
      assertThat(request.repeats(names(other))).isTrue();
    }
    assertThat(read(request(), Names.NONE).repeats(Names.NONE)).isTrue();
  }

  @Test
  void scatteredNamesAreReadAndNeverRepeated() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeString(3, "a");
    out.writeString(1, "1");
    out.writeString(4, ResourceType.ENDPOINT.typeUrl());
    out.writeString(3, "b");
    out.writeString(5, "a");
    out.flush();
    for (Names last : List.of(Names.NONE, names("a"), names("a", "b"))) {
      Request request = read(bytes.toByteArray(), last);
      assertThat(request.subscribe()).containsExactly("a", "b");
      assertThat(request.names()).isEqualTo(2);
      assertThat(request.repeats(last)).isFalse();
      Names scattered = request.named();
      assertThat(read(bytes.toByteArray(), scattered).repeats(scattered)).isFalse();
      // To name nothing is to leave all: it must not pass for what was said last.
      assertThat(read(request(), scattered).repeats(scattered)).isFalse();
    }
  }
}
