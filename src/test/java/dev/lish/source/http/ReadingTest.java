package dev.lish.source.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import dev.lish.source.Service;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReadingTest {
  private static final Mapping OURS =
      Mapping.of(
          Optional.of("/data"),
          Map.of(
              "service", "/name",
              "instances", "/members",
              "id", "/host/name",
              "address", "/host/ip",
              "port", "/ports/http",
              "health", "/state",
              "region", "/host/site",
              "metadata", "/labels"),
          Map.of("UP", Health.PASSING, "MAINT", Health.MAINTENANCE));

  private static final String MEMBER =
      "{'host': {'name': 'h1', 'ip': '10.0.0.1', 'site': 'jp'}, 'ports': {'http': '80'},"
          + " 'state': 'MAINT', 'weight': 5, 'tags': 'v2', 'labels': {'rack': 7, 'deep': {}}}";

  @Test
  void servicesInAListWithTheRegistrysOwnNames() throws IOException {
    Reading reading =
        read(
            "{'data': [{'name': 'a', 'tags': ['all'], 'labels': {'team': 'x'}, 'members': ["
                + MEMBER
                + "]}, {'name': 'empty', 'members': []}]}",
            OURS);
    Instance instance = reading.listing().instances("a", "v2").get(0);
    assertThat(instance.id()).isEqualTo("h1");
    assertThat(instance.address()).isEqualTo("10.0.0.1");
    assertThat(instance.port()).isEqualTo(80);
    assertThat(instance.health()).isEqualTo(Health.MAINTENANCE);
    assertThat(instance.weight()).isEqualTo(5);
    assertThat(instance.locality().region()).isEqualTo("jp");
    assertThat(instance.metadata()).isEqualTo(Map.of("rack", "7", "team", "x"));
    Service service = reading.listing().catalog().get(0);
    assertThat(service.tags()).containsExactly("all", "v2");
    assertThat(service.metadata()).isEqualTo(Map.of("team", "x"));
    assertThat(reading.listing().services()).containsKeys("a", "empty");
    assertThat(reading.leftOut()).isEmpty();
  }

  @Test
  void servicesInAnObjectWithOrWithoutMoreAboutThem() throws IOException {
    Mapping mapping = Mapping.of(Optional.of(""), Map.of(), Map.of());
    Reading reading =
        read(
            "{'a': [{'address': '10.0.0.1:80'}], 'b': {'instances': [{'address': '::1',"
                + " 'port': 81}]}}",
            mapping);
    assertThat(reading.listing().instances("a", ""))
        .extracting("id")
        .containsExactly("10.0.0.1:80");
    assertThat(reading.listing().instances("b", "")).extracting("id").containsExactly("[::1]:81");
  }

  @Test
  void unusableInstanceIsLeftOutAloneAndNamed() throws IOException {
    String good = "{'service': 'a', 'address': '10.0.0.1', 'port': 80}";
    for (String bad :
        List.of(
            "{'service': 'a', 'address': 'db.example.com', 'port': 80}",
            "{'service': 'a', 'address': '10.0.0.2'}",
            "{'service': 'a', 'address': '10.0.0.2', 'port': 0}",
            "{'service': 'a', 'address': '10.0.0.2', 'port': 80.5}",
            "{'service': 'a', 'address': '10.0.0.2', 'port': 80, 'weight': -1}",
            "{'service': 'a', 'address': ['10.0.0.2'], 'port': 80}",
            good)) {
      Reading reading = read("{'instances': [" + good + "," + bad + "]}", PLAIN);
      assertThat(reading.listing().instances("a", "")).as(bad).hasSize(1);
      assertThat(reading.leftOut()).as(bad).hasSize(1);
      assertThat(reading.leftOut().get(0)).contains("a: ", "expected");
      assertThat(reading.broken()).isEmpty();
    }
  }

  private static final Mapping PLAIN = Mapping.of(Optional.empty(), Map.of(), Map.of());

  @Test
  void stateThatIsNotKnownIsCriticalAndOneThatIsAbsentIsPassing() throws IOException {
    Reading reading =
        read(
            "{'instances': [{'service': 'a', 'address': '10.0.0.1:1', 'health': 'WARNING'},"
                + " {'service': 'a', 'address': '10.0.0.2:1', 'health': 'odd'},"
                + " {'service': 'a', 'address': '10.0.0.3:1'},"
                + " {'service': 'a', 'address': '10.0.0.4:1', 'weight': 0}]}",
            PLAIN);
    assertThat(reading.listing().instances("a", ""))
        .extracting(Instance::health)
        .containsExactly(Health.WARNING, Health.CRITICAL, Health.PASSING, Health.CRITICAL);
  }

  @Test
  void documentOfAnotherShapeIsRefusedWhole() {
    for (String bad :
        List.of(
            "[]",
            "{'instances': {}}",
            "{'instances': [{'address': '10.0.0.1:1'}]}",
            "{'instances': []} more",
            "{'instances': [], 'instances': []}")) {
      assertThatThrownBy(() -> read(bad, PLAIN)).as(bad).isInstanceOf(IOException.class);
    }
  }

  @Test
  void whatIsNoJsonIsToldWithItsPlace() {
    assertThatThrownBy(() -> read("{'data': [\n  {'name': oops}]}", PLAIN))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("line 2, column ")
        .hasMessageContaining("Unrecognized token 'oops'")
        .hasMessageEndingWith("(expected: one JSON document)")
        .hasMessageNotContaining("REDACTED");
  }

  private static Reading read(String json, Mapping mapping) throws IOException {
    return Reading.of(ByteString.copyFromUtf8(json.replace('\'', '"')), mapping);
  }
}
