package dev.lish.admin;

import static dev.lish.admin.ServedAdmin.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import dev.lish.model.Problem;
import dev.lish.model.Revision;
import dev.lish.source.Commit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsIT {
  @RegisterExtension static final ServedAdmin ADMIN = new ServedAdmin();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "delivery/pause|{\"reason\":\"r\"}|[pause, Optional.empty, Order[by=yuki, reason=r, local=false]]",
        "delivery/pause|{\"stage\":\"beta\",\"reason\":\"r\",\"local\":true}|[pause, Optional[beta], Order[by=yuki, reason=r, local=true]]",
        "delivery/resume|{\"stage\":\"beta\"}|[resume, Optional[beta], Order[by=yuki, reason=, local=false]]",
        "delivery/promote|{\"stage\":\"beta\",\"revision\":7,\"reason\":\"r\"}|[promote, beta, Optional[7], Order[by=yuki, reason=r, local=false]]",
        "delivery/promote|{\"stage\":\"beta\",\"revision\":\"head\",\"reason\":\"r\"}|[promote, beta, Optional.empty, Order[by=yuki, reason=r, local=false]]",
        "delivery/membership|{\"revision\":7,\"reason\":\"r\"}|[membership, 7, Order[by=yuki, reason=r, local=false]]",
        "delivery/rollback|{\"stage\":\"beta\",\"reason\":\"r\"}|[rollback, beta, Order[by=yuki, reason=r, local=false]]",
        "push|{\"base\":7,\"message\":\"m\",\"files\":{\"mesh.yaml\":\"YTogMQ==\"}}|[push, Optional[7], {mesh.yaml=a: 1}, m, yuki]",
        "push|{\"message\":\"m\",\"files\":{\"a/b.yaml\":\"\"}}|[push, Optional.empty, {a/b.yaml=}, m, yuki]",
      })
  void commandsArePassedOn(String path, String body, String call) {
    AggregatedHttpResponse response = ADMIN.post("/api/v1/" + path, body);

    assertThat(response.contentUtf8()).isEqualTo("{\"revision\":8,\"changed\":true}");
    assertThat(ADMIN.calls()).containsExactly(call);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "delivery/pause|''|body: nothing (expected: a JSON object)",
        "delivery/pause|null|body: null (expected: a JSON object)",
        "delivery/pause|{}|reason: missing (expected: some text)",
        "delivery/pause|{\"stgae\":\"beta\",\"reason\":\"r\"}|stgae: no such key (expected: local, reason, stage)",
        "delivery/pause|{\"stage\":\"\",\"reason\":\"r\"}|stage: \"\" (expected: some text)",
        "delivery/rollback|{\"reason\":\"r\"}|stage: missing (expected: some text)",
        "delivery/promote|{\"stage\":\"beta\",\"reason\":\"r\"}|revision: null (expected: a number, 1 or more, or \"head\")",
        "delivery/promote|{\"stage\":\"beta\",\"revision\":\"7\",\"reason\":\"r\"}|revision: \"7\" (expected: a number, 1 or more, or \"head\")",
        "delivery/membership|{\"revision\":0,\"reason\":\"r\"}|revision: 0 (expected: a number, 1 or more)",
        "push|{\"message\":\"m\",\"files\":{}}|files: none (expected: {\"path\": \"base64\", …}, the whole mesh)",
        "push|{\"message\":\"m\",\"files\":{\"a\":\"%\"}}|files: a: not base64 (expected: base64, RFC 4648)",
        "push|{\"message\":\"m\",\"files\":{\"../a\":\"\"}}|files: \"../a\" (expected: a path inside the mesh, without leading slash)",
        "push|{\"message\":\"m\",\"base\":0,\"files\":{\"a\":\"\"}}|base: 0 (expected: a revision, 1 or more)",
      })
  void wrongCommandSaysWhatWasExpected(String path, String body, String error) {
    AggregatedHttpResponse response = ADMIN.post("/api/v1/" + path, body);

    assertThat(json(response).get("error").asText()).isEqualTo(error);
    assertThat(response.status().code()).isEqualTo(400);
    assertThat(ADMIN.calls()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"reason\":1}",
        "{\"reason\":\"r\",\"local\":\"true\"}",
        "{\"reason\":\"r\",\"local\":1}",
        "{\"reason\":\"r\",\"reason\":\"s\"}",
        "{\"reason\":\"r\"} x",
        "{\"reason\":",
        "[]"
      })
  void bodyIsReadStrictly(String body) {
    AggregatedHttpResponse response = ADMIN.post("/api/v1/delivery/pause", body);

    assertThat(response.status().code()).isEqualTo(400);
    assertThat(json(response).get("error").asText()).isNotBlank();
    assertThat(ADMIN.calls()).isEmpty();
  }

  private void assertOutcome(Commit commit, int status, String body) {
    ADMIN.answer(commit);

    AggregatedHttpResponse response = ADMIN.post("/api/v1/delivery/resume", "{}");

    assertThat(response.contentUtf8()).isEqualTo(body);
    assertThat(response.status().code()).isEqualTo(status);
  }

  @Test
  void outcomesHaveTheirStatus() {
    assertOutcome(new Commit.Unchanged(new Revision(3)), 200, "{\"revision\":3,\"changed\":false}");
    assertOutcome(
        new Commit.Refused("others were first"), 409, "{\"error\":\"others were first\"}");
    assertOutcome(new Commit.Unreachable("timeout"), 503, "{\"error\":\"timeout\"}");
    assertOutcome(
        new Commit.Rejected(List.of(Problem.error("a.yaml", 3, "bad"))),
        422,
        "{\"problems\":[{\"severity\":\"error\",\"path\":\"a.yaml\",\"line\":3,"
            + "\"message\":\"bad\"}]}");
  }

  @Test
  void bugIsAnsweredWithoutItsDetails() {
    ADMIN.fail(new IllegalStateException("inside"));

    AggregatedHttpResponse response = ADMIN.post("/api/v1/delivery/resume", "{}");

    assertThat(response.status().code()).isEqualTo(500);
    assertThat(response.contentUtf8()).doesNotContain("inside");
  }
}
