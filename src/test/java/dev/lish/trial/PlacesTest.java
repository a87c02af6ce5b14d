package dev.lish.trial;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.model.Revision;
import dev.lish.source.MeshFolder;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which line of a mesh an Envoy's message tells of. */
class PlacesTest {
  private static final String A = "edge/routes/a.yaml";
  private static final String B = "edge/routes/b.yaml";

  private final TreeMap<String, ByteString> files = new TreeMap<>();

  private String place(String message, Map<String, String> resources, String known) {
    return new Places(new MeshFolder(new Revision(1), files), resources).of(message, known);
  }

  private void file(String path, String text) {
    files.put(path, ByteString.copyFromUtf8(text));
  }

  private void twoFiles() {
    file(
        A,
        """
        name: ra
        virtual_hosts:
          - name: one
            domains: [ "*" ]
        """);
    file(
        B,
        """
        # max_direct_response_body_size_bytes: of a comment
        name: rb
        max_direct_response_body_size_bytes: 0
        virtual_hosts:
          - name: one
            domains: [ "one.example" ]
          - name: two
            domains: [ "two.example" ]
            routes:
              - match: { prefix: / }
                name: two-all
        """);
  }

  private static final Map<String, String> BOTH = Map.of("ra", A, "rb", B);

  @Test
  void aMessageThatNamesNoResourceIsLookedForInAllFiles() {
    twoFiles();
    String only =
        "Proto constraint validation failed"
            + " (RouteConfigurationValidationError.MaxDirectResponseBodySizeBytes: value must be 1)";
    assertThat(place(only, BOTH, "")).isEqualTo(B + ":3");
    assertThat(place("Only a single wildcard domain is permitted in 'one.example'", BOTH, ""))
        .isEqualTo(B + ":6");
    String several =
        "Proto constraint validation failed (RouteConfigurationValidationError.VirtualHosts[0]:"
            + " embedded message failed validation)";
    assertThat(place(several, BOTH, "")).isEqualTo(A + ":3 or " + B + ":5");
    assertThat(place("malformed name: two.example. Consider", BOTH, "")).isEqualTo(B + ":8");
    assertThat(place("something else is wrong", BOTH, "")).isEmpty();
  }

  @Test
  void aNameThatIsAWordOfTheSentenceIsNotBlamed() {
    twoFiles();
    Map<String, String> words = Map.of("adding", A, "rb", B);
    assertThat(place("Error adding/updating route(s) rb: something is wrong", words, ""))
        .startsWith(B);
    assertThat(place("Error adding one route, which is wrong", words, "")).isEmpty();
  }

  @Test
  void whatOnlyOneFileCanMeanIsThere() {
    twoFiles();
    assertThat(place("something else is wrong", Map.of("ra", A), "")).isEqualTo(A);
    assertThat(place("something else is wrong", BOTH, B)).isEqualTo(B);
  }

  @Test
  void theFieldIsTheOneWithinThoseAroundIt() {
    twoFiles();
    String chain =
        "rb: Proto constraint validation failed (RouteConfigurationValidationError.VirtualHosts[%s]:"
            + " embedded message failed validation | caused by VirtualHostValidationError.%s: x)";
    assertThat(place(chain.formatted("1", "Domains"), BOTH, "")).isEqualTo(B + ":8");
    assertThat(
            place(
                chain.formatted("1", "Routes[0]: x | caused by RouteValidationError.Match"),
                BOTH,
                ""))
        .isEqualTo(B + ":10");
    // What is not written has the line of what it is missing in.
    assertThat(place(chain.formatted("1", "Cors"), BOTH, "")).isEqualTo(B + ":7");
    assertThat(place(chain.formatted("0", "Routes"), BOTH, "")).isEqualTo(B + ":5");
  }

  @Test
  void theNameOfWhatIsPrintedCountsMoreThanWordsInIt() {
    file("c.yaml", "name: a\n---\nname: b\ntransport_socket_matches:\n  - match: { a: x }\n");
    String dump =
        """
        %sname: "b"
        transport_socket_matches {
          name: "a"
        }
        : Proto constraint validation failed (ClusterValidationError.TransportSocketMatches[0]: x)""";
    Map<String, String> resources = Map.of("a", "c.yaml", "b", "c.yaml");
    for (String start : new String[] {"", "goo.gle/debugstr    ", "goo.gle/debugproto \n"}) {
      String message = dump.formatted(start);
      assertThat(place(message, resources, "c.yaml")).as(message).isEqualTo("c.yaml:5");
      assertThat(Refusals.brief(message))
          .isEqualTo(
              "b: Proto constraint validation failed"
                  + " (ClusterValidationError.TransportSocketMatches[0]: x)");
    }
    String prefixed = "Error adding/updating cluster(s) b: " + dump.formatted("");
    assertThat(Refusals.brief(prefixed))
        .startsWith("Error adding/updating cluster(s) b: Proto constraint");
    assertThat(place(prefixed, resources, "c.yaml")).isEqualTo("c.yaml:5");
  }
}
