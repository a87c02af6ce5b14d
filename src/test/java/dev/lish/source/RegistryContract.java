package dev.lish.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What every registry promises; a test per registry says how to fill it. */
public abstract class RegistryContract {
  /** The registry under test; closed by the test that made it. */
  protected abstract Registry registry();

  /** Makes the world have these instances of the service, on loopback, and no others. */
  protected abstract void fill(String service, List<Filled> instances);

  /** Makes the registry unreachable or unreadable. */
  protected abstract void breakOff();

  /** Ends that. */
  protected abstract void mend();

  /** An instance to fill in. */
  public record Filled(
      int port, String tag, Health health, int weight, String zone, String version) {
    /** One that is passing, and has nothing else. */
    public Filled(int port, String tag) {
      this(port, tag, Health.PASSING, 1, "", "");
    }
  }

  @Test
  void unknownServiceHasNoInstances() {
    try (Source<List<Instance>> source = watch("contract-unknown")) {
      awaitPorts(source, List.of());
      assertThat(source.state()).isInstanceOf(SourceState.Current.class);
    }
  }

  @Test
  void instancesComeChangeAndGoSortedById() {
    try (Source<List<Instance>> source = watch("contract-changes")) {
      fill("contract-changes", List.of(new Filled(9102, "a"), new Filled(9101, "a")));
      awaitPorts(source, List.of(9101, 9102));
      List<String> ids = source.state().last().orElseThrow().stream().map(Instance::id).toList();
      assertThat(ids).isSorted().doesNotHaveDuplicates();
      fill("contract-changes", List.of(new Filled(9102, "a")));
      awaitPorts(source, List.of(9102));
      fill("contract-changes", List.of());
      awaitPorts(source, List.of());
    }
  }

  @Test
  void instanceHasHealthWeightLocalityAndMetadata() {
    List<Health> states =
        List.of(Health.PASSING, Health.WARNING, Health.CRITICAL, Health.MAINTENANCE);
    List<Filled> filled = new ArrayList<>();
    for (int i = 0; i < states.size(); i++) {
      filled.add(new Filled(9110 + i, "a", states.get(i), 10 + i, "tokyo-" + i, "v" + i));
    }
    try (Source<List<Instance>> source = watch("contract-whole")) {
      fill("contract-whole", filled);
      // A registry may take each of them in by a step of its own.
      Await.until(
          "all is there",
          () ->
              last(source).stream()
                  .map(RegistryContract::described)
                  .toList()
                  .equals(filled.stream().map(RegistryContract::described).toList()));
    }
  }

  private static String described(Instance instance) {
    return instance.address()
        + ":"
        + instance.port()
        + " "
        + instance.health()
        + " "
        + instance.weight()
        + " "
        + instance.locality().zone()
        + " "
        + instance.metadata().getOrDefault("version", "");
  }

  private static String described(Filled f) {
    return "127.0.0.1:%d %s %d %s %s"
        .formatted(f.port(), f.health(), f.weight(), f.zone(), f.version());
  }

  @Test
  void outageKeepsTheLastAnswerAsStaleWithItsCauseAndEnds() {
    fill("contract-outage", List.of(new Filled(9120, "a")));
    try (Source<List<Instance>> source = watch("contract-outage")) {
      awaitPorts(source, List.of(9120));
      breakOff();
      try {
        Await.until("it is stale", () -> source.state() instanceof SourceState.Stale<?>);
        assertThat(last(source)).extracting(Instance::port).containsExactly(9120);
        assertThat(source.state().cause()).isNotEmpty();
        try (Source<List<Instance>> late = watch("contract-outage-2")) {
          // An empty answer would take every host away.
          Await.until("the cause is told", () -> !late.state().cause().isEmpty());
          assertThat(late.state()).isNotInstanceOf(SourceState.Current.class);
        }
      } finally {
        mend();
      }
      fill("contract-outage", List.of(new Filled(9121, "a")));
      awaitPorts(source, List.of(9121));
    }
  }

  @Test
  void tagSelectsInstances() {
    try (Source<List<Instance>> source = watch("contract-tags?tag=b")) {
      fill("contract-tags", List.of(new Filled(9103, "a"), new Filled(9104, "b")));
      awaitPorts(source, List.of(9104));
    }
  }

  @Test
  void parameterThatItDoesNotKnowIsToldAndIsNoEmptyAnswer() {
    assertThat(registry().parameters()).contains("tag").doesNotContain("colour");
    try (Source<List<Instance>> source = watch("contract-misspelt?colour=red")) {
      assertThat(source.state()).isInstanceOf(SourceState.Missing.class);
      assertThat(source.state().cause()).contains("colour", "expected", "tag");
    }
  }

  @Test
  void catalogListsServicesSortedByNameWithTheTagsOfAllInstances() {
    fill("contract-listed", List.of(new Filled(9105, "y"), new Filled(9106, "x")));
    Source<List<Service>> services = registry().services();
    Service listed =
        Await.value(
            "it is listed",
            () ->
                services.state().last().orElse(List.of()).stream()
                    .filter(s -> s.name().equals("contract-listed") && s.tags().size() == 2)
                    .findFirst());
    assertThat(listed.tags()).containsExactly("x", "y");
    assertThat(services.state().last().orElseThrow()).extracting(Service::name).isSorted();
  }

  @Test
  void listenerIsCalledAtOnceAndAfterEachChange() {
    try (Source<List<Instance>> source = watch("contract-heard")) {
      awaitPorts(source, List.of());
      AtomicInteger calls = new AtomicInteger();
      source.watch(calls::incrementAndGet);
      assertThat(calls).hasValueGreaterThan(0);
      int before = calls.get();
      fill("contract-heard", List.of(new Filled(9107, "a")));
      Await.until("the listener is called", () -> calls.get() > before);
    }
  }

  @Test
  void closedSourceIsNoLongerWatchedAndOthersAre() {
    Source<List<Instance>> closed = watch("contract-closed");
    awaitPorts(closed, List.of());
    closed.close();
    try (Source<List<Instance>> open = watch("contract-closed")) {
      fill("contract-closed", List.of(new Filled(9108, "a")));
      awaitPorts(open, List.of(9108));
      closed.close();
    }
  }

  private static List<Instance> last(Source<List<Instance>> source) {
    return source.state().last().orElse(List.of());
  }

  private Source<List<Instance>> watch(String query) {
    return registry().instances(DiscoveryQuery.parse(registry().name() + ":" + query));
  }

  private static void awaitPorts(Source<List<Instance>> source, List<Integer> ports) {
    Await.until(
        "ports are " + ports,
        () ->
            source.state() instanceof SourceState.Current<List<Instance>> c
                && c.value().stream().map(Instance::port).toList().equals(ports));
  }
}
