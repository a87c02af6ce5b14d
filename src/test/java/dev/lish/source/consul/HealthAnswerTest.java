package dev.lish.source.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.lish.model.Locality;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class HealthAnswerTest {
  private static final String NODE = "\"Node\": \"n1\", \"Address\": \"10.0.0.1\"";
  private static final String SERVICE =
      "\"ID\": \"p1\", \"Port\": 80, \"Weights\": {\"Passing\": 5, \"Warning\": 2}";

  @Test
  void addressOfTheServiceElseOfItsNode() throws IOException {
    assertThat(one(NODE, SERVICE, "").address()).isEqualTo("10.0.0.1");
    assertThat(one(NODE, SERVICE + ", \"Address\": \"10.0.0.2\"", "").address())
        .isEqualTo("10.0.0.2");
    assertThat(one(NODE, SERVICE, "").id()).isEqualTo("n1/p1");
  }

  @Test
  void worstCheckCountsAndMaintenanceBeforeAll() throws IOException {
    assertThat(health("")).isEqualTo(Health.PASSING);
    assertThat(health(check("a", "passing"), check("b", "warning"))).isEqualTo(Health.WARNING);
    assertThat(health(check("a", "warning"), check("b", "critical"))).isEqualTo(Health.CRITICAL);
    assertThat(health(check("a", "unheard-of"))).isEqualTo(Health.CRITICAL);
    assertThat(health(check("_node_maintenance", "critical"), check("b", "critical")))
        .isEqualTo(Health.MAINTENANCE);
    assertThat(health(check("b", "critical"), check("_service_maintenance:p1", "critical")))
        .isEqualTo(Health.MAINTENANCE);
  }

  @Test
  void weightIsThatOfItsHealth() throws IOException {
    assertThat(one(NODE, SERVICE, check("a", "passing")).weight()).isEqualTo(5);
    assertThat(one(NODE, SERVICE, check("a", "warning")).weight()).isEqualTo(2);
    assertThat(one(NODE, SERVICE, check("a", "critical")).weight()).isEqualTo(5);
    assertThat(one(NODE, "\"ID\": \"p1\", \"Port\": 80", "").weight()).isEqualTo(1);
  }

  @Test
  void weightOfZeroMeansNoTraffic() throws IOException {
    Instance instance =
        one(
            NODE,
            "\"ID\": \"p1\", \"Port\": 80, \"Weights\": {\"Passing\": 5, \"Warning\": 0}",
            check("a", "warning"));
    assertThat(instance.health()).isEqualTo(Health.CRITICAL);
    assertThat(instance.weight()).isEqualTo(1);
  }

  @Test
  void localityOfConsulElseOfMetadata() throws IOException {
    String meta = ", \"Meta\": {\"region\": \"jp\", \"zone\": \"t1\", \"sub_zone\": \"r1\"}";
    assertThat(one(NODE + meta, SERVICE, "").locality()).isEqualTo(new Locality("jp", "t1", "r1"));
    assertThat(one(NODE + meta, SERVICE + ", \"Meta\": {\"zone\": \"t2\"}", "").locality())
        .isEqualTo(new Locality("jp", "t2", "r1"));
    String real = ", \"Locality\": {\"Region\": \"eu\", \"Zone\": \"e1\"}";
    assertThat(one(NODE + real, SERVICE + meta, "").locality())
        .isEqualTo(new Locality("eu", "e1", ""));
    assertThat(one(NODE, SERVICE, "").locality()).isEqualTo(Locality.UNKNOWN);
  }

  @Test
  void metadataOfTheServiceOverThatOfItsNodeWithoutConsulsOwn() throws IOException {
    Instance instance =
        one(
            NODE + ", \"Meta\": {\"consul-version\": \"1.16.2\", \"a\": \"n\", \"b\": \"n\"}",
            SERVICE + ", \"Meta\": {\"b\": \"s\"}",
            "");
    assertThat(instance.metadata()).containsOnlyKeys("a", "b").containsEntry("b", "s");
  }

  @Test
  void whatNoEnvoyCouldUseIsLeftOutAndNamed() throws IOException {
    HealthAnswer answer =
        parse(
            "["
                + entry(NODE, "\"ID\": \"p1\", \"Port\": 0", "")
                + ","
                + entry("\"Node\": \"n2\"", "\"ID\": \"p2\", \"Port\": 80", "")
                + ","
                + entry(NODE, "\"ID\": \"p3\", \"Port\": 70000", "")
                + ","
                + entry(NODE, SERVICE, "")
                + "]");
    assertThat(answer.instances()).hasSize(1);
    assertThat(answer.leftOut())
        .containsExactly(
            "n1/p1: port 0 (expected: 1..65535)",
            "n2/p2: no address (expected: one of the service or of its node)",
            "n1/p3: port 70000 (expected: 1..65535)");
  }

  @Test
  void whatIsNoAnswerOfConsulIsRefused() {
    assertThatThrownBy(() -> parse("<html>")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> parse("{}")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> parse("")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> CatalogAnswer.parse(ByteString.copyFromUtf8("[]")))
        .isInstanceOf(IOException.class);
  }

  private static Health health(String... checks) throws IOException {
    return one(NODE, SERVICE, String.join(",", checks)).health();
  }

  private static String check(String id, String status) {
    return "{\"CheckID\": \"%s\", \"Status\": \"%s\"}".formatted(id, status);
  }

  private static Instance one(String node, String service, String checks) throws IOException {
    HealthAnswer answer = parse("[" + entry(node, service, checks) + "]");
    assertThat(answer.leftOut()).isEmpty();
    return answer.instances().get(0);
  }

  private static String entry(String node, String service, String checks) {
    return "{\"Node\": {%s}, \"Service\": {%s}, \"Checks\": [%s]}".formatted(node, service, checks);
  }

  private static HealthAnswer parse(String json) throws IOException {
    return HealthAnswer.parse(ByteString.copyFromUtf8(json));
  }
}
