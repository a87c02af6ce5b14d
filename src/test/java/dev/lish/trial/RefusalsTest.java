package dev.lish.trial;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.model.Revision;
import dev.lish.source.MeshFolder;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which line a message of Envoy is about; the messages are those of real Envoys. */
class RefusalsTest {
  private static String place(String file, String message) {
    MeshFolder folder =
        new MeshFolder(
            Revision.NONE, new TreeMap<>(Map.of("a.yaml", ByteString.copyFromUtf8(file))));
    return new Refusals(folder).place("a.yaml", Refusals.brief(message));
  }

  private static final String CLUSTERS =
      """
      name: payments
      connect_timeout: 1s
      ---
      # orders need no name here
      name: orders
      connect_timeout: 0s
      lb_policy: CLUSTER_PROVIDED
      """;

  @Test
  void aFieldThatBreaksAConstraintIsFoundInItsDocument() {
    assertThat(
            place(
                CLUSTERS,
                "Error adding/updating cluster(s) orders: Proto constraint validation failed"
                    + " (ClusterValidationError.ConnectTimeout: value must be greater than 0s)"))
        .isEqualTo("a.yaml:6");
  }

  @Test
  void theInnermostFieldIsTheOne() {
    assertThat(
            place(
                "name: edge\nvirtual_hosts:\n  - name: a\n    domains: []\n",
                "Proto constraint validation failed (RouteConfigurationValidationError.VirtualHosts[0]:"
                    + " embedded message failed validation | caused by"
                    + " VirtualHostValidationError.Domains: value must contain at least 1 item(s))"))
        .isEqualTo("a.yaml:4");
  }

  @Test
  void theWholeResourceIsLeftOutOfAMessage() {
    String old =
        "Error adding/updating listener(s) edge: stat_prefix: \"edge\"\nrds {\n}\n: Proto constraint"
            + " validation failed (HttpConnectionManagerValidationError.MaxRequestHeadersKb: value"
            + " must be inside range (0, 8192])";
    String brief =
        "Error adding/updating listener(s) edge: Proto constraint validation failed"
            + " (HttpConnectionManagerValidationError.MaxRequestHeadersKb: value must be inside range"
            + " (0, 8192])";
    assertThat(Refusals.brief(old)).isEqualTo(brief);
    assertThat(Refusals.brief(old.replace("stat_prefix: \"edge\"", "goo.gle/debugproto   ")))
        .isEqualTo(brief);
    assertThat(place("name: edge\nx:\n  stat_prefix: edge\n  max_request_headers_kb: 9000\n", old))
        .isEqualTo("a.yaml:4");
  }

  @Test
  void aQuotedTextOrTheEndOfTheMessageIsFound() {
    assertThat(place("name: a\nregex: \"(orders\"\n", "missing ): (orders")).isEqualTo("a.yaml:2");
    assertThat(
            place(
                "name: edge\nroutes:\n  - route: { cluster: ordres }\n",
                "route: unknown cluster 'ordres'"))
        .isEqualTo("a.yaml:3");
  }

  @Test
  void elseTheNameOfTheResourceIsShown() {
    assertThat(
            place(
                CLUSTERS,
                "Error adding/updating cluster(s) orders: cluster manager: cluster provided LB"
                    + " specified but cluster 'orders' did not provide one. Check cluster"
                    + " documentation."))
        .isEqualTo("a.yaml:5");
    assertThat(place(CLUSTERS, "something else")).isEqualTo("a.yaml");
  }
}
