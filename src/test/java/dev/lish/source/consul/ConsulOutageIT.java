package dev.lish.source.consul;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Instance;
import dev.lish.source.Source;
import dev.lish.source.SourceState;
import dev.lish.source.consul.ConsulSettings.Access;
import dev.lish.source.web.Tls;
import dev.lish.testing.Await;
import dev.lish.testing.ConsulProcess;
import dev.lish.testing.ConsulProcess.Registration;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The registry when a real Consul goes away, comes back, or says no. */
class ConsulOutageIT {
  private static final DiscoveryQuery QUERY = DiscoveryQuery.parse("consul:payments");

  @Test
  void killedAgentIsStaleAndAnEmptyNewOneIsFollowedThoughItsIndexIsLower() {
    try (ConsulProcess consul = ConsulProcess.start();
        ConsulRegistry registry = registry(consul, Access.DEFAULT)) {
      for (int i = 0; i < 20; i++) {
        // So that the index is far above that of a new Consul.
        consul.register(Registration.local("other", "o" + i, 9000 + i));
      }
      consul.register(Registration.local("payments", "p1", 9001));
      Source<List<Instance>> source = registry.instances(QUERY);
      Source<List<Instance>> second = registry.instances(DiscoveryQuery.parse("consul:other"));
      Await.until("it is there", () -> ports(source).equals(List.of(9001)));
      // Whoever has had nothing does not become stale, but stays without.
      Await.until("so are the others", () -> ports(second).size() == 20);
      consul.kill();
      Await.until("stale", () -> source.state() instanceof SourceState.Stale<?>);
      Await.until("all are stale", () -> second.state() instanceof SourceState.Stale<?>);
      assertThat(ports(source)).containsExactly(9001);
      assertThat(source.state().cause()).contains(consul.address());
      consul.restart();
      Await.until(
          "the new one is empty",
          () ->
              source.state() instanceof SourceState.Current<List<Instance>> c
                  && c.value().isEmpty());
      consul.register(Registration.local("payments", "p2", 9002));
      Await.until("it is followed", () -> ports(source).equals(List.of(9002)));
    }
  }

  @Test
  void agentThatIsNotThereYetIsFollowedWhenItComes() {
    try (ConsulProcess consul = ConsulProcess.start()) {
      consul.kill();
      try (ConsulRegistry registry = registry(consul, Access.DEFAULT)) {
        Source<List<Instance>> source = registry.instances(QUERY);
        Await.until("it says why", () -> source.state().cause().contains("no connection to"));
        assertThat(source.state()).isInstanceOf(SourceState.Missing.class);
        consul.restart();
        consul.register(Registration.local("payments", "p1", 9001));
        Await.until("it is there", () -> ports(source).equals(List.of(9001)));
      }
    }
  }

  @Test
  void wrongTokenIsToldAndNotPrinted() {
    String acl =
        "acl { enabled = true default_policy = \"deny\""
            + " tokens { initial_management = \"11111111-2222-3333-4444-555555555555\""
            + " default = \"11111111-2222-3333-4444-555555555555\" } }";
    try (ConsulProcess consul = ConsulProcess.start("-hcl", acl)) {
      AclToken wrong = new AclToken("99999999-2222-3333-4444-555555555555");
      AclToken right = new AclToken("11111111-2222-3333-4444-555555555555");
      assertThat(access(wrong).toString()).doesNotContain("99999999");
      consul.register(Registration.local("payments", "p1", 9001));
      try (ConsulRegistry refused = registry(consul, access(wrong));
          ConsulRegistry allowed = registry(consul, access(right))) {
        Source<List<Instance>> no = refused.instances(QUERY);
        Source<List<Instance>> yes = allowed.instances(QUERY);
        Await.until("the right one reads", () -> ports(yes).equals(List.of(9001)));
        Await.until("the wrong one is told", () -> no.state().cause().contains("403"));
        assertThat(no.state().cause()).doesNotContain("99999999");
        assertThat(no.state()).isInstanceOf(SourceState.Missing.class);
      }
    }
  }

  private static ConsulRegistry registry(ConsulProcess consul, Access access) {
    return new ConsulRegistry(
        ConsulSettings.of("consul", URI.create(consul.address())).withAccess(access),
        Clock.systemUTC(),
        List.of());
  }

  private static Access access(AclToken token) {
    return new Access(token, "", Tls.PLATFORM);
  }

  private static List<Integer> ports(Source<List<Instance>> source) {
    return source.state().last().orElse(List.of()).stream().map(Instance::port).toList();
  }
}
