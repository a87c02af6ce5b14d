package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.guard.Base;
import dev.lish.guard.GuardSettings;
import dev.lish.guard.Presence;
import dev.lish.model.Locality;
import dev.lish.pipeline.Memory.Seen;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardFilesTest {
  private static final DiscoveryQuery QUERY = DiscoveryQuery.parse("consul:shop");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path data;

  private static Presence.Answer passing(int from, int to) {
    Map<String, Boolean> hosts = new TreeMap<>();
    for (int i = from; i < to; i++) {
      hosts.put("10.0.0." + i + ":80", true);
    }
    return new Presence.Answer(hosts, Set.of());
  }

  private static SortedMap<String, Instance> instances(int from, int to) {
    SortedMap<String, Instance> instances = new TreeMap<>();
    for (int i = from; i < to; i++) {
      String address = "10.0.0." + i;
      instances.put(
          address + ":80",
          new Instance(
              "i" + i,
              address,
              80,
              Health.PASSING,
              1,
              new Locality("", "", ""),
              Collections.emptySortedMap()));
    }
    return instances;
  }

  private static Presence.Outcome next(Presence presence, Presence.Answer answer, Instant now) {
    return presence.next(answer, Presence.Held.NONE, GuardSettings.DEFAULT, now);
  }

  @Test
  void whoLeftBeforeARestartCountsAfterIt() {
    Presence all = next(Presence.NONE, passing(0, 10), NOW).presence();
    Presence.Outcome some = next(all, passing(4, 10), NOW.plusSeconds(10));
    assertThat(some.keep()).isEmpty();
    try (GuardFiles files = new GuardFiles(data, true)) {
      files.keepService(QUERY, new Seen(some.presence(), instances(4, 10)));
    }
    Presence kept;
    try (GuardFiles files = new GuardFiles(data, true)) {
      kept = files.service(QUERY).orElseThrow().presence();
    }
    assertThat(kept).isEqualTo(some.presence());
    // Three of six alone would be no mass; seven of ten are.
    assertThat(next(kept, passing(7, 10), NOW.plusSeconds(20)).keep()).hasSize(3);
  }

  @Test
  void aFileOfZerosIsUnknownAndNotAnAssignmentWithoutHosts() throws IOException {
    Base base = new Base(new TreeMap<>(), List.of(), Optional.empty());
    try (GuardFiles files = new GuardFiles(data, true)) {
      files.keepBase("consul:shop", "", base);
    }
    // The start makes a file of what the journal has.
    try (GuardFiles files = new GuardFiles(data, true)) {
      assertThat(files.base("consul:shop", "")).contains(base);
      assertThat(files.base("consul:shop", "other")).as("of other terms").contains(base);
    }
    try (Stream<Path> files = Files.list(data.resolve("guard"))) {
      Path file = files.filter(f -> !f.toString().contains("journal")).findFirst().orElseThrow();
      Files.write(file, new byte[(int) Files.size(file)]);
    }
    try (GuardFiles files = new GuardFiles(data, true)) {
      assertThat(files.base("consul:shop", "")).isEmpty();
    }
  }
}
