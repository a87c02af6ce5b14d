package dev.lish.accesslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.UInt32Value;
import dev.lish.testing.Await;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPResponseProperties;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RawLogIT {
  private final List<String> written = new CopyOnWriteArrayList<>();
  private final RawLog raw =
      new RawLog(
          new RawSettings(10, 2, RawSettings.NOTHING.redacted()),
          List.of(
              new LineSink() {
                private final Tally tally = new Tally();

                @Override
                public String name() {
                  return "test";
                }

                @Override
                public void write(String key, byte[] line) {
                  written.add(key + " " + new String(line, UTF_8));
                  tally.written(1);
                }

                @Override
                public void settle() {}

                @Override
                public Tally tally() {
                  return tally;
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
              }));

  @AfterEach
  void close() {
    raw.close();
  }

  private void take(String cluster, int status) throws IOException {
    byte[] bytes =
        HTTPAccessLogEntry.newBuilder()
            .setCommonProperties(AccessLogCommon.newBuilder().setUpstreamCluster(cluster))
            .setResponse(
                HTTPResponseProperties.newBuilder().setResponseCode(UInt32Value.of(status)))
            .build()
            .toByteArray();
    Entry entry = new Entry();
    new EntryReader(new Cursor(bytes, 0), entry).read(bytes.length, false);
    raw.take(entry, new Writer("edge-1", "edge-a", "edge"), Origin.UNKNOWN);
  }

  private long with(int status) {
    return written.stream().filter(l -> l.contains("\"status\":" + status + ",")).count();
  }

  @Test
  void allErrorsAndASampleOfTheRestAreKept() throws IOException {
    for (int i = 0; i < 100; i++) {
      take("payments", 200);
      take("payments", 404);
      take("payments", 503);
    }
    Await.until("all are written", () -> written.size() == 160);
    assertThat(with(200)).isEqualTo(10);
    assertThat(with(404)).isEqualTo(50);
    assertThat(with(503)).isEqualTo(100);
    assertThat(written.get(0)).startsWith("edge-1 {");
    Await.until("all are counted", () -> raw.view().sinks().get(0).written() == 160);
    assertThat(raw.view().dropped()).isZero();
  }

  @Test
  void whoFollowsSeesWhatTheFilterTakes() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    AutoCloseable following =
        raw.follow(RawFilter.parse("orders", List.of("5xx", "404")), seen::add);
    take("orders", 200);
    take("orders", 404);
    take("payments", 503);
    take("orders", 503);
    take("orders", 403);
    Await.until("both are seen", () -> seen.size() == 2);
    assertThat(seen.get(0)).contains("\"status\":404");
    assertThat(seen.get(1)).contains("\"status\":503");
    following.close();
    assertThat(raw.view().followers()).isZero();
  }

  @Test
  void atMostSixteenFollow() {
    for (int i = 0; i < 16; i++) {
      raw.follow(RawFilter.parse("", List.of()), line -> {});
    }
    assertThatThrownBy(() -> raw.follow(RawFilter.parse("", List.of()), line -> {}))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> RawFilter.parse("", List.of("6xx")))
        .hasMessageContaining("status: 6xx (expected: a number such as 503, or one of 1xx to 5xx");
  }
}
