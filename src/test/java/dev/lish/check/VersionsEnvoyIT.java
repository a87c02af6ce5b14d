package dev.lish.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.UnknownFieldSet;
import dev.lish.model.ResourceType;
import dev.lish.render.ApiHistory;
import dev.lish.render.ApiHistory.Age;
import dev.lish.testing.Envoys.Envoy;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real Envoys deprecate, pass over and refuse what {@link ApiHistory} says. */
class VersionsEnvoyIT {
  private static final String RSA =
      "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext.enforce_rsa_key_usage";
  private static final String FILTER = "envoy.extensions.filters.http.a2a.v3.A2a";
  private static final String FIELD =
      "envoy.config.cluster.v3.Cluster.per_connection_buffer_high_watermark_timeout";

  private static final int HIGH_WATERMARK_TIMEOUT = 60;

  private static Age age(Envoy envoy, String name) {
    ApiHistory history = ApiHistory.known();
    return history.age(name, history.version(envoy.version().toString()).orElseThrow());
  }

  private static AskedEnvoy asked(Envoy envoy) {
    Map<ResourceType, Map<String, ByteString>> base = Corpus.base();
    return new AskedEnvoy(envoy, base, (type, name) -> null);
  }

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void anEnvoyCountsWhatItsVersionCallsDeprecated(Envoy envoy) throws Exception {
    UpstreamTlsContext tls =
        UpstreamTlsContext.newBuilder().setEnforceRsaKeyUsage(BoolValue.of(true)).build();
    Cluster cluster =
        Cluster.newBuilder()
            .setName("a")
            .setTransportSocket(
                TransportSocket.newBuilder().setName("tls").setTypedConfig(Any.pack(tls)))
            .build();
    try (AskedEnvoy asked = asked(envoy)) {
      long before = asked.stat("runtime.deprecated_feature_use");
      assertThat(asked.ask(ResourceType.CLUSTER, Map.of("a", cluster.toByteString()))).isEmpty();
      boolean counted = asked.stat("runtime.deprecated_feature_use") > before;
      assertThat(counted).isEqualTo(age(envoy, RSA) == Age.DEPRECATED);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void anEnvoyPassesOverAFieldOfANewerVersion(Envoy envoy) throws Exception {
    // The field's number in the API of 1.38, whose descriptors are not on the class path.
    UnknownFieldSet newer =
        UnknownFieldSet.newBuilder()
            .addField(
                HIGH_WATERMARK_TIMEOUT,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(Duration.newBuilder().setSeconds(5).build().toByteString())
                    .build())
            .build();
    Cluster cluster = Cluster.newBuilder().setName("a").setUnknownFields(newer).build();
    try (AskedEnvoy asked = asked(envoy)) {
      assertThat(asked.ask(ResourceType.CLUSTER, Map.of("a", cluster.toByteString()))).isEmpty();
      boolean unknown = asked.stat("server.dynamic_unknown_fields") > 0;
      assertThat(unknown).isEqualTo(age(envoy, FIELD) == Age.ABSENT);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void anEnvoyRefusesATypeOfANewerVersion(Envoy envoy) throws Exception {
    Any filter = Any.newBuilder().setTypeUrl("type.googleapis.com/" + FILTER).build();
    try (AskedEnvoy asked = asked(envoy)) {
      String answer = asked.ask(ResourceType.LISTENER, Map.of("l", listener(filter)));
      if (age(envoy, FILTER) == Age.ABSENT) {
        assertThat(answer).contains("Didn't find a registered implementation").contains(FILTER);
      } else {
        assertThat(answer).isEmpty();
      }
    }
  }

  private static ByteString listener(Any filter) {
    HttpConnectionManager http =
        HttpConnectionManager.newBuilder()
            .setStatPrefix("x")
            .setRouteConfig(RouteConfiguration.newBuilder().setName("r"))
            .addHttpFilters(HttpFilter.newBuilder().setName("new").setTypedConfig(filter))
            .addHttpFilters(
                HttpFilter.newBuilder()
                    .setName("router")
                    .setTypedConfig(Any.pack(Router.getDefaultInstance())))
            .build();
    return Listener.newBuilder()
        .setName("l")
        .setAddress(
            Address.newBuilder()
                .setSocketAddress(
                    SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(0)))
        .addFilterChains(
            FilterChain.newBuilder()
                .addFilters(Filter.newBuilder().setName("http").setTypedConfig(Any.pack(http))))
        .build()
        .toByteString();
  }
}
