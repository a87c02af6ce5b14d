package dev.lish.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.render.MessageTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The places of extensions are fields of the API, and take kinds that there are. */
class ExtensionsTest {
  /** Kinds that the API names, and of whose extensions no Envoy of the lists tells a type. */
  private static final Set<String> WITHOUT_EXTENSIONS =
      Set.of(
          "envoy.filters.quic_listener",
          "envoy.grpc_credentials",
          "envoy.matching.stat_matching_data.input",
          "envoy.network.connection_balance",
          "envoy.rbac.audit_loggers",
          "envoy.retry_options_predicates",
          "envoy.tls.cert_validator");

  @Test
  void placesAreFieldsOfTheApi() {
    List<String> wrong = new ArrayList<>();
    for (String place : Extensions.places().keySet()) {
      int dot = place.lastIndexOf('.');
      var type = MessageTypes.builtIn().find(place.substring(0, dot));
      if (type.map(t -> t.findFieldByName(place.substring(dot + 1)) == null).orElse(true)) {
        wrong.add(place);
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void kindsHaveExtensions() {
    Set<String> kinds = new TreeSet<>();
    Extensions.places().values().forEach(kinds::addAll);
    kinds.removeIf(kind -> !Extensions.ofKind(kind).isEmpty());
    kinds.removeAll(WITHOUT_EXTENSIONS);
    assertThat(kinds).isEmpty();
  }
}
