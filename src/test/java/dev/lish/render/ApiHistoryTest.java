package dev.lish.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import dev.lish.render.ApiHistory.Age;
import envoy.annotations.Deprecation;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ApiHistoryTest {
  private final ApiHistory history = ApiHistory.known();

  /** Every name of the descriptors on the class path, with the age that they say. */
  private final Map<String, Age> builtIn = new TreeMap<>();

  private void collect(Descriptor type) {
    builtIn.put(
        type.getFullName(), type.getOptions().getDeprecated() ? Age.DEPRECATED : Age.CURRENT);
    type.getFields()
        .forEach(
            field ->
                builtIn.put(
                    field.getFullName(),
                    age(
                        field.getOptions().getExtension(Deprecation.disallowedByDefault),
                        field.getOptions().getDeprecated())));
    type.getNestedTypes().stream()
        .filter(nested -> !nested.getOptions().getMapEntry())
        .forEach(this::collect);
    type.getEnumTypes().forEach(this::collect);
  }

  private void collect(EnumDescriptor type) {
    type.getValues()
        .forEach(
            value ->
                builtIn.put(
                    value.getFullName(),
                    age(
                        value.getOptions().getExtension(Deprecation.disallowedByDefaultEnum),
                        value.getOptions().getDeprecated())));
  }

  private static Age age(boolean disallowed, boolean deprecated) {
    return disallowed ? Age.DISALLOWED : deprecated ? Age.DEPRECATED : Age.CURRENT;
  }

  /** Those of the jar are of a version between 1.32 and 1.35. */
  @Test
  void theDescriptorsThatLishIsBuiltWithSayTheSame() {
    MessageTypes types = MessageTypes.builtIn();
    MessageTypes.index().stream()
        .filter(name -> name.matches("envoy\\.(?!annotations).*\\.v3(alpha)?\\..*"))
        .forEach(name -> collect(types.find(name).orElseThrow()));
    assertThat(builtIn).hasSizeGreaterThan(5_000);
    Map<String, String> wrong = new TreeMap<>();
    builtIn.forEach(
        (name, age) -> {
          Age before = history.age(name, "1.32");
          Age after = history.age(name, "1.35");
          // What came and was marked between the two was there without a mark.
          boolean between = before == Age.ABSENT && after != Age.ABSENT && age == Age.CURRENT;
          if (age != before && age != after && !between) {
            wrong.put(name, before + ", " + after + " (expected: one is " + age + ")");
          }
        });
    assertThat(wrong).isEmpty();
  }

  @Test
  void versionsAreFoundByMinorVersion() {
    assertThat(history.versions())
        .containsExactly("1.32", "1.35", "1.36", "1.37", "1.38", "1.39", "1.40");
    assertThat(history.version("1.36")).contains("1.36");
    assertThat(history.version("v1.40.2")).contains("1.40");
    assertThat(history.version("1.4")).isEmpty();
    assertThat(history.version("2.36")).isEmpty();
    assertThat(history.version("")).isEmpty();
  }

  @Test
  void namesComeAndGo() {
    String field = "envoy.config.cluster.v3.OutlierDetection.detect_degraded_hosts";
    assertThat(history.age(field, "1.37")).isEqualTo(Age.ABSENT);
    assertThat(history.age(field, "1.38")).isEqualTo(Age.CURRENT);
    assertThat(history.newer(field)).contains("Envoy has it in 1.38, Lish's own API is older");
    assertThat(history.newer("envoy.config.cluster.v3.Cluster.name")).isEmpty();
    assertThat(history.newer("of.nobody")).isEmpty();
    assertThat(
            history.versions(
                "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext.enforce_rsa_key_usage",
                Age.DEPRECATED))
        .containsExactly("1.38", "1.39", "1.40");
  }
}
