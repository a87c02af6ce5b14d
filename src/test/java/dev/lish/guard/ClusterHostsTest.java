package dev.lish.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.guard.ClusterHosts.Kind;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClusterHostsTest {
  private static ClusterHosts of(Kind kind, int first, int last) {
    List<String> up =
        IntStream.rangeClosed(first, last).mapToObj(i -> "10.0.0." + i + ":80").toList();
    return new ClusterHosts(new TreeSet<>(up), up.size(), "consul:pay", kind);
  }

  private static ClusterHosts found(int first, int last) {
    return of(Kind.DISCOVERED, first, last);
  }

  private static Optional<String> hazard(ClusterHosts before, ClusterHosts after) {
    return before.hazard(after, true, 50);
  }

  @Test
  void noneMayBeLeft() {
    ClusterHosts none = new ClusterHosts(new TreeSet<>(), 0, "consul:pya", Kind.DISCOVERED);
    ClusterHosts down = new ClusterHosts(new TreeSet<>(), 3, "consul:pay2", Kind.DISCOVERED);
    assertThat(hazard(found(1, 10), none))
        .hasValue("none of its 10 hosts would be left: consul:pya has none");
    assertThat(hazard(found(1, 1), none))
        .hasValue("none of its 1 host would be left: consul:pya has none");
    assertThat(hazard(found(1, 10), down))
        .hasValue("none of its 10 hosts would be left: of the 3 of consul:pay2 none is up");
  }

  @Test
  void notAllMayBeOthers() {
    assertThat(hazard(found(1, 10), found(11, 30)))
        .hasValue("all 10 hosts would be replaced at once, by 20 of consul:pay");
  }

  @Test
  void notMoreThanTheMassMayGoHoweverManyCome() {
    assertThat(hazard(found(1, 10), found(6, 10))).isEmpty();
    assertThat(hazard(found(1, 10), found(7, 30)))
        .hasValue("6 of its 10 hosts would go at once, while consul:pay has 24");
    assertThat(found(1, 10).hazard(found(10, 10), true, 90)).isEmpty();
    assertThat(found(1, 10).hazard(found(10, 10), true, 89)).isPresent();
  }

  @Test
  void whereNothingIsUpThereIsNothingToLose() {
    ClusterHosts none = new ClusterHosts(new TreeSet<>(), 4, "consul:pya", Kind.DISCOVERED);
    assertThat(hazard(none, found(1, 10))).isEmpty();
    assertThat(hazard(none, none)).isEmpty();
  }

  @Test
  void anOnlyHostMayMoveToAnAddressThatIsWritten() {
    assertThat(hazard(of(Kind.WRITTEN, 1, 1), of(Kind.WRITTEN, 2, 2))).isEmpty();
    assertThat(hazard(found(1, 1), of(Kind.WRITTEN, 2, 3))).isEmpty();
    assertThat(hazard(of(Kind.WRITTEN, 1, 2), of(Kind.WRITTEN, 3, 4))).isPresent();
    assertThat(hazard(found(1, 1), found(2, 2)))
        .hasValue("its only host would be replaced at once, by 1 of consul:pay");
    assertThat(hazard(of(Kind.WRITTEN, 1, 1), found(2, 2))).isPresent();
    assertThat(hazard(of(Kind.WRITTEN, 1, 1), of(Kind.NAMED, 2, 2))).isPresent();
    // One name stood for any number of hosts.
    assertThat(hazard(of(Kind.NAMED, 1, 1), of(Kind.WRITTEN, 2, 2))).isPresent();
  }

  @Test
  void whatIsCheckedElsewhereIsAnotherHostOnlyToChecks() {
    ClusterHosts plain = new ClusterHosts(keys("10.0.0.1:80", "10.0.0.2:80"), 2, "a", Kind.WRITTEN);
    ClusterHosts moved =
        new ClusterHosts(keys("10.0.0.1:80/81", "10.0.0.2:80/81"), 2, "a", Kind.WRITTEN);
    assertThat(plain.hazard(moved, true, 50)).isPresent();
    assertThat(plain.hazard(moved, false, 50)).isEmpty();
  }

  @Test
  void socketsAreNotTakenForTheSame() {
    ClusterHosts one =
        new ClusterHosts(keys("pipe {\n  path: \"/run/a\"\n}", "x"), 2, "a", Kind.WRITTEN);
    ClusterHosts other =
        new ClusterHosts(keys("pipe {\n  path: \"/run/b\"\n}"), 1, "a", Kind.WRITTEN);
    assertThat(one.hazard(other, false, 50)).isPresent();
  }

  private static SortedSet<String> keys(String... keys) {
    return new TreeSet<>(Set.of(keys));
  }

  @Test
  void hostsAreReadFromAnAssignmentFromAClusterAndFromABase() {
    Resource assignment =
        Cla.of(Map.of("0/1", HealthStatus.HEALTHY, "0/2", HealthStatus.UNHEALTHY));
    ClusterHosts read = ClusterHosts.of(assignment, "here", Kind.DISCOVERED);
    assertThat(read.up()).containsExactly("10.0.0.1:80");
    assertThat(read.listed()).isEqualTo(2);
    assertThat(read.kind()).isEqualTo(Kind.DISCOVERED);
    assertThat(ClusterHosts.inside(cluster("10.0.0.9")).orElseThrow().kind())
        .isEqualTo(Kind.WRITTEN);
    ClusterHosts named = ClusterHosts.inside(cluster("pay.example.com")).orElseThrow();
    assertThat(named.kind()).isEqualTo(Kind.NAMED);
    assertThat(named.up()).containsExactly("pay.example.com:80");

    Instant now = Instant.EPOCH;
    Proposal proposal =
        new Proposal(
            assignment, ClusterRules.DEFAULT, GuardSettings.DEFAULT, true, Set.of(), Set.of());
    Base base = Guard.decide(Optional.empty(), proposal, now).base();
    assertThat(ClusterHosts.of(base, "here", Kind.DISCOVERED)).isEqualTo(read);
    TreeMap<String, Base.Known> leaving = new TreeMap<>(base.hosts());
    leaving.computeIfPresent(
        "10.0.0.1:80",
        (key, k) ->
            new Base.Known(
                k.priority(),
                k.added(),
                false,
                k.passingSince(),
                true,
                Optional.of(now),
                k.form()));
    assertThat(
            ClusterHosts.of(new Base(leaving, List.of(), Optional.empty()), "", Kind.WRITTEN).up())
        .isEmpty();
  }

  private static Resource cluster(String address) {
    LbEndpoint.Builder host = LbEndpoint.newBuilder();
    host.getEndpointBuilder()
        .getAddressBuilder()
        .getSocketAddressBuilder()
        .setAddress(address)
        .setPortValue(80);
    ClusterLoadAssignment.Builder hosts = ClusterLoadAssignment.newBuilder();
    hosts.addEndpointsBuilder().addLbEndpoints(host);
    return Resource.of(
        ResourceType.CLUSTER,
        "pay",
        Cluster.newBuilder().setName("pay").setLoadAssignment(hosts).build().toByteString(),
        "");
  }
}
