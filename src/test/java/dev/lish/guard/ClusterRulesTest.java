package dev.lish.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.maglev.v3.Maglev;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.subset.v3.Subset;
import io.envoyproxy.envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ClusterRulesTest {
  private static int threshold(double percent) {
    Cluster.Builder cluster = Cluster.newBuilder();
    cluster.getCommonLbConfigBuilder().getHealthyPanicThresholdBuilder().setValue(percent);
    return ClusterRules.of(cluster.build()).threshold();
  }

  @Test
  void whatAClusterDoesNotSayIsAsEnvoyHasIt() {
    assertThat(ClusterRules.of(Cluster.getDefaultInstance())).isEqualTo(ClusterRules.DEFAULT);
    assertThat(ClusterRules.DEFAULT.threshold()).isEqualTo(50);
  }

  @Test
  void thresholdsAreTruncatedAsEnvoyDoes() {
    assertThat(threshold(30.9)).isEqualTo(30);
    assertThat(threshold(29)).isEqualTo(28);
    assertThat(threshold(0.9)).isZero();
    assertThat(threshold(0)).isZero();
  }

  @Test
  void checksAndRemovalAreRead() {
    ClusterRules rules =
        ClusterRules.of(
            Cluster.newBuilder()
                .addHealthChecks(HealthCheck.getDefaultInstance())
                .setIgnoreHealthOnHostRemoval(true)
                .build());
    assertThat(rules).isEqualTo(new ClusterRules(50, true, true, false));
  }

  private static boolean weighted(Message policy) {
    return ClusterRules.of(Cluster.newBuilder().setLoadBalancingPolicy(policy(policy)).build())
        .localityWeighted();
  }

  private static LoadBalancingPolicy policy(Message policy) {
    LoadBalancingPolicy.Builder all = LoadBalancingPolicy.newBuilder();
    all.addPoliciesBuilder().getTypedExtensionConfigBuilder().setTypedConfig(Any.pack(policy));
    return all.build();
  }

  @Test
  void localityWeightsAreFoundWhereverTheyAreSaid() {
    Cluster.Builder old = Cluster.newBuilder();
    old.getCommonLbConfigBuilder().getLocalityWeightedLbConfigBuilder();
    assertThat(ClusterRules.of(old.build()).localityWeighted()).isTrue();

    RoundRobin.Builder robin = RoundRobin.newBuilder();
    robin.getLocalityLbConfigBuilder().getLocalityWeightedLbConfigBuilder();
    LeastRequest.Builder least = LeastRequest.newBuilder();
    least.getLocalityLbConfigBuilder().getLocalityWeightedLbConfigBuilder();
    Random.Builder random = Random.newBuilder();
    random.getLocalityLbConfigBuilder().getLocalityWeightedLbConfigBuilder();
    RingHash.Builder ring = RingHash.newBuilder();
    ring.getLocalityWeightedLbConfigBuilder();
    Maglev.Builder maglev = Maglev.newBuilder();
    maglev.getLocalityWeightedLbConfigBuilder();
    for (Message.Builder one : List.of(robin, least, random, ring, maglev)) {
      assertThat(weighted(one.build())).as(one.getDescriptorForType().getName()).isTrue();
      assertThat(weighted(one.getDefaultInstanceForType())).isFalse();
    }
    assertThat(weighted(WrrLocality.getDefaultInstance())).isTrue();
    assertThat(weighted(Subset.newBuilder().setSubsetLbPolicy(policy(robin.build())).build()))
        .isTrue();
    RoundRobin.Builder zones = RoundRobin.newBuilder();
    zones.getLocalityLbConfigBuilder().getZoneAwareLbConfigBuilder();
    assertThat(weighted(zones.build())).isFalse();
  }

  private static Struct one(String key, Value value) {
    return Struct.newBuilder().putFields(key, value).build();
  }

  private static Value number(double number) {
    return Value.newBuilder().setNumberValue(number).build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private static Value nested(String key, Value value) {
    return Value.newBuilder().setStructValue(one(key, value)).build();
  }

  private static OptionalInt runtime(Struct... layers) {
    return ClusterRules.runtime(
        Arrays.stream(layers)
            .map(
                layer ->
                    Resource.of(
                        ResourceType.RUNTIME,
                        "l",
                        Runtime.newBuilder().setLayer(layer).build().toByteString(),
                        ""))
            .toList());
  }

  @Test
  void theRuntimeKeyIsFoundNestedAtAnyDot() {
    assertThat(runtime(one("upstream.healthy_panic_threshold", number(30)))).hasValue(30);
    assertThat(runtime(one("upstream", nested("healthy_panic_threshold", text("31")))))
        .hasValue(31);
    assertThat(runtime(one("upstream", nested("other", number(3))))).isEmpty();
    assertThat(runtime()).isEmpty();
  }

  @Test
  void onlyWholeNumbersUpToAHundredCount() {
    String key = ClusterRules.RUNTIME_KEY;
    assertThat(runtime(one(key, number(30.5)))).isEmpty();
    assertThat(runtime(one(key, number(-1)))).isEmpty();
    assertThat(runtime(one(key, text("many")))).isEmpty();
    assertThat(runtime(one(key, number(400)))).hasValue(100);
    assertThat(runtime(one(key, number(0)))).hasValue(0);
  }

  @Test
  void theHighestLayerCountsAndWinsOverTheClusterEitherWay() {
    String key = ClusterRules.RUNTIME_KEY;
    OptionalInt two = runtime(one(key, number(20)), one(key, number(60)), one(key, number(40)));
    assertThat(two).hasValue(60);
    assertThat(ClusterRules.DEFAULT.under(two).threshold()).isEqualTo(60);
    assertThat(ClusterRules.DEFAULT.under(OptionalInt.of(0)).threshold()).isZero();
    assertThat(ClusterRules.DEFAULT.under(OptionalInt.empty())).isEqualTo(ClusterRules.DEFAULT);
  }

  @Test
  void rulesOfTwoClustersAreTheSaferOfBoth() {
    ClusterRules one = new ClusterRules(30, true, true, false);
    ClusterRules other = new ClusterRules(60, false, false, true);
    assertThat(one.and(other)).isEqualTo(new ClusterRules(60, true, false, true));
  }
}
