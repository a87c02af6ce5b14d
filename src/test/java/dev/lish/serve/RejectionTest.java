package dev.lish.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.Version;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RejectionTest {
  private static List<String> blamed(String message, String... names) {
    List<Resource> resources =
        Stream.of(names)
            .map(n -> Resource.of(ResourceType.CLUSTER, n, ByteString.EMPTY, "c/" + n + ".yaml"))
            .toList();
    Payload payload =
        new Payload(ResourceType.CLUSTER, new Version("1"), resources, List.of(), new byte[0]);
    return Rejection.of(payload, message).names();
  }

  @Test
  void aWordOfTheSentenceIsNoName() {
    assertThat(
            blamed(
                "Error adding/updating cluster(s) orders: this is a text without an address",
                "a",
                "orders",
                "text"))
        .containsExactly("orders");
  }

  @Test
  void whereNothingIsNamedNoWordDecides() {
    assertThat(blamed("malformed IP address: x.example. This is a text", "a", "b"))
        .containsExactly("a", "b");
  }

  @Test
  void whatIsQuotedOrListedIsAName() {
    assertThat(blamed("Error adding/updating cluster(s) a: no, b: is a mess", "a", "b", "is", "c"))
        .containsExactly("a", "b");
    assertThat(blamed("route: unknown cluster 'a'", "a", "b", "route")).contains("a");
    assertThat(blamed("cluster a has no hosts", "a", "b", "has")).containsExactly("a");
    assertThat(blamed("no name: \"a\" here", "a", "here")).containsExactly("a");
  }

  @Test
  void aNameThatIsNoWordStandsAnywhere() {
    assertThat(blamed("what is wrong with api-2 here", "api", "api-2", "here"))
        .containsExactly("api-2");
    assertThat(blamed("what is wrong with api.v1.x, say", "api.v1", "api.v1.x"))
        .containsExactly("api.v1.x");
  }
}
