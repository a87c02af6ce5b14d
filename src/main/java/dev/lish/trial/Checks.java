package dev.lish.trial;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.common.io.BaseEncoding;
import dev.lish.trial.wire.Traits;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.extensions.health_checkers.redis.v3.Redis;
import io.envoyproxy.envoy.type.v3.Int64Range;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What a cluster's active checks expect of its upstreams. Redis' checks have no rows: a stand-in
 * answers them anyway.
 */
final class Checks {
  private static final String DEAD =
      "cluster %s: active checks %s find built-in upstreams dead (expected: over HTTP, gRPC, TCP or"
          + " Redis)";

  private Checks() {}

  /**
   * Over TCP; what {@code receive} is empty for is met by a connection alone.
   *
   * @throws IllegalArgumentException when a text is not hexadecimal, which Envoy refuses
   */
  static List<Traits.TcpCheck> tcp(Cluster cluster) {
    return cluster.getHealthChecksList().stream()
        .filter(
            check -> check.hasTcpHealthCheck() && check.getTcpHealthCheck().getReceiveCount() > 0)
        .map(HealthCheck::getTcpHealthCheck)
        .map(
            check ->
                new Traits.TcpCheck(
                    check.hasSend() ? bytes(check.getSend()) : "", bytes(check.getReceiveList())))
        .toList();
  }

  /** Over HTTP. */
  static List<Traits.HttpCheck> http(Cluster cluster) {
    return cluster.getHealthChecksList().stream()
        .filter(HealthCheck::hasHttpHealthCheck)
        .map(HealthCheck::getHttpHealthCheck)
        .map(
            check ->
                new Traits.HttpCheck(check.getPath(), status(check), bytes(check.getReceiveList())))
        .toList();
  }

  private static int status(HealthCheck.HttpHealthCheck check) {
    List<Int64Range> ranges = check.getExpectedStatusesList();
    boolean fine =
        ranges.isEmpty()
            || ranges.stream().anyMatch(range -> range.getStart() <= 200 && 200 < range.getEnd());
    return fine ? 200 : (int) ranges.get(0).getStart();
  }

  /** Says of which checks every upstream dies. */
  static void tellDead(Cluster cluster, Consumer<String> notes) {
    for (HealthCheck check : cluster.getHealthChecksList()) {
      if (check.hasCustomHealthCheck()
          && !check.getCustomHealthCheck().getTypedConfig().is(Redis.class)) {
        notes.accept(DEAD.formatted(cluster.getName(), check.getCustomHealthCheck().getName()));
      } else if (check.getHttpHealthCheck().hasServiceNameMatcher()) {
        notes.accept(DEAD.formatted(cluster.getName(), "with service_name_matcher"));
      } else if (check.getTcpHealthCheck().hasProxyProtocolConfig()
          && check.getTcpHealthCheck().hasSend()) {
        notes.accept(DEAD.formatted(cluster.getName(), "over TCP with the PROXY protocol"));
      }
    }
  }

  private static String bytes(List<HealthCheck.Payload> parts) {
    return parts.stream().map(Checks::bytes).collect(Collectors.joining());
  }

  private static String bytes(HealthCheck.Payload part) {
    return part.hasText()
        ? new String(
            BaseEncoding.base16().decode(part.getText().toUpperCase(Locale.ROOT)), ISO_8859_1)
        : part.getBinary().toString(ISO_8859_1);
  }
}
