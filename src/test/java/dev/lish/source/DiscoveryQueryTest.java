package dev.lish.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.NotEmpty;
import org.junit.jupiter.api.Test;

class DiscoveryQueryTest {
  @Test
  void parametersAreDecodedAndTheirOrderDoesNotCount() {
    DiscoveryQuery query = DiscoveryQuery.parse("consul:payments?tag=v%202&dc=tokyo");
    assertThat(query.registry()).isEqualTo("consul");
    assertThat(query.service()).isEqualTo("payments");
    assertThat(query.parameters()).containsEntry("tag", "v 2").containsEntry("dc", "tokyo");
    assertThat(query).isEqualTo(DiscoveryQuery.parse("consul:payments?dc=tokyo&tag=v%202"));
  }

  @Test
  void mistakesAreToldWithWhatWasExpected() {
    assertThatThrownBy(() -> DiscoveryQuery.parse("payments")).hasMessageContaining("REGISTRY:");
    assertThatThrownBy(() -> DiscoveryQuery.parse("consul:")).hasMessageContaining("neither empty");
    assertThatThrownBy(() -> DiscoveryQuery.parse("consul:a?tag"))
        .hasMessageContaining("tag (expected: KEY=VALUE)");
    assertThatThrownBy(() -> DiscoveryQuery.parse("consul:a?t=1&t=2"))
        .hasMessageContaining("t twice");
  }

  @Property(tries = 200)
  void theCanonicalTextParsesToTheSameQuery(
      @ForAll @AlphaChars @NotEmpty String service, @ForAll String value) {
    DiscoveryQuery query =
        new DiscoveryQuery(
            "consul", service, new java.util.TreeMap<>(java.util.Map.of("tag", value)));
    if (java.nio.charset.StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
      assertThat(DiscoveryQuery.parse(query.toString())).isEqualTo(query);
    }
  }
}
