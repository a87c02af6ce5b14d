package dev.lish.trial;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What of an Envoy's log is shown. */
class EnvoyLogTest {
  private static final EnvoyLog LOG =
      new EnvoyLog(
          """
          [2026-11-29 01:58:17.000][1][info][main] [source/server/server.cc:500] statically linked
          [2026-11-29 01:58:18.000][1][info][main] [source/server/server.cc:1031] starting main dispatch loop
          [2026-11-29 01:58:18.100][1][warning][misc] [source/common/protobuf/utility.cc:88] Deprecated field: x
          [2026-11-29 01:58:18.200][2][warning][misc] [source/common/protobuf/utility.cc:90] Deprecated field: x
          [2026-11-29 01:58:18.300][1][warning][config] [source/a.cc:1] delta config for b rejected: missing )
          [2026-11-29 01:58:18.400][1][warning][main] [source/a.cc:1] There is no configured limit to the number of allowed active downstream connections. Configure one.
          [2026-11-29 01:58:18.500][1][info][config] [source/a.cc:1] all fine
          """);

  @Test
  void aWarningIsToldOnceAndARefusalElsewhere() {
    assertThat(LOG.warnings()).containsExactly("[misc] Deprecated field: x");
  }

  @Test
  void whatCameBeforeTheStartIsLeftOut() {
    assertThat(LOG.sinceStart()).doesNotContain("statically linked").contains("all fine");
    assertThat(new EnvoyLog("cannot start\n").sinceStart()).isEqualTo("cannot start\n");
  }
}
