package dev.lish.app;

import dev.lish.testing.Envoys;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.provider.Arguments;

/** The oldest and the newest Envoy, each over both protocols. */
public final class EnvoyMatrix {
  /** Envoy's warning about the one limit that is the operator's to choose, not the bootstrap's. */
  public static final String NO_CONNECTION_LIMIT =
      "There is no configured limit to the number of allowed active downstream connections";

  private EnvoyMatrix() {}

  /** An Envoy and whether it speaks state of the world instead of delta. */
  public static Stream<Arguments> all() {
    return Envoys.oldestAndNewest().stream()
        .flatMap(
            envoy ->
                Stream.of(
                    Arguments.of(envoy, Named.of("delta", false)),
                    Arguments.of(envoy, Named.of("sotw", true))));
  }
}
