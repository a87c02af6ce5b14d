package dev.lish.admin;

import static dev.lish.admin.ServedAdmin.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.BlockingWebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DoorsIT {
  @RegisterExtension static final ServedAdmin ADMIN = new ServedAdmin();

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer wrong", "Bearer s3cre", "Basic s3cret", "s3cret"})
  void changeNeedsTheToken(String authorization) {
    for (String path : List.of("delivery/pause", "push", "log-level?level=debug")) {
      RequestHeadersBuilder headers = RequestHeaders.builder(HttpMethod.POST, "/api/v1/" + path);
      if (!authorization.isEmpty()) {
        headers.add("authorization", authorization);
      }
      AggregatedHttpResponse response =
          ADMIN.client(true).execute(headers.build(), "{\"reason\":\"r\"}");

      assertThat(response.status().code()).isEqualTo(401);
      assertThat(json(response).get("error").asText()).contains("Authorization: Bearer TOKEN");
    }
    assertThat(ADMIN.calls()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/status",
        "/api/v1/nodes",
        "/api/v1/nodes/edge/1",
        "/api/v1/snapshots/release/edge",
        "/api/v1/bootstrap",
        "/api/v1/log-level",
        "/metrics"
      })
  void offLoopbackReadingNeedsTheToken(String path) {
    BlockingWebClient client = ADMIN.client(false);

    assertThat(client.get(path).status().code()).isEqualTo(401);
    assertThat(
            client
                .execute(
                    RequestHeaders.of(
                        HttpMethod.GET, path, "authorization", "bearer " + Fixture.TOKEN))
                .status()
                .code())
        .isNotEqualTo(401);
  }

  @Test
  void offLoopbackAStrangerLearnsOnlyWhetherItIsReady() {
    ADMIN.notReady.add("registry consul: refused");
    BlockingWebClient client = ADMIN.client(false);

    assertThat(client.get("/healthz").status().code()).isEqualTo(200);
    assertThat(client.get("/readyz").status().code()).isEqualTo(503);
    assertThat(client.get("/readyz").contentUtf8()).isEqualTo("not ready\n");
    assertThat(client.get("/").status().code()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "evil.example:8080, 403",
    "127.0.0.1.evil.example, 403",
    "localhost, 200",
    "LOCALHOST:1, 200",
    "[::1]:8080, 200",
    "lish.internal:8080, 200"
  })
  void hostHeaderMustBeOursOnLoopback(String host, int status) {
    BlockingWebClient client = ADMIN.client(true);

    for (String path : List.of("/api/v1/status", "/", "/healthz", "/metrics")) {
      assertThat(
              client.execute(RequestHeaders.of(HttpMethod.GET, path, "host", host)).status().code())
          .as(path)
          .isEqualTo(status);
    }
  }
}
