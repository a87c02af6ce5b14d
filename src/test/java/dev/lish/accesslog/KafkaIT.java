package dev.lish.accesslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import dev.lish.testing.KafkaBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines through a real broker, which is killed and comes back. */
class KafkaIT {
  private static final String TOPIC = "logs";

  @TempDir Path folder;

  private final List<String> seen = new ArrayList<>();
  private int sent;

  @Test
  void linesArriveAndABrokerThatIsDownHoldsUpNobody() throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(folder.resolve("kafka"));
        Outlet outlet =
            new Outlet(
                new KafkaSink(new KafkaSettings(broker.address(), TOPIC, Map.of())),
                System::nanoTime);
        KafkaConsumer<String, String> consumer =
            new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.address(), "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
      outlet.start();
      consumer.assign(List.of(new TopicPartition(TOPIC, 0)));
      awaitArrival(outlet, consumer);
      assertThat(seen.get(0)).matches("edge-1 \\{\"n\":\\d+}");

      broker.kill();
      Await.value(
          "it is noticed that the broker is down",
          Await.LONG,
          () -> {
            offer(outlet);
            return outlet.view().failures() > 0 ? Optional.of(true) : Optional.empty();
          });
      long before = System.nanoTime();
      for (int i = 0; i < 100_000; i++) {
        outlet.offer("edge-1", new byte[200]);
      }
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Await.LONG);
      assertThat(outlet.view().dropped()).isGreaterThan(50_000);

      broker.startAgain();
      awaitArrival(outlet, consumer);
    }
  }

  private void offer(Outlet outlet) {
    outlet.offer("edge-1", ("{\"n\":" + sent++ + "}").getBytes(UTF_8));
  }

  /** Offers lines until one that was offered after this call arrives. */
  private void awaitArrival(Outlet outlet, KafkaConsumer<String, String> consumer) {
    int first = sent;
    Await.value(
        "a line arrives",
        Await.LONG,
        () -> {
          offer(outlet);
          for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
            seen.add(record.key() + " " + record.value());
            String number = record.value().replaceAll("\\D", "");
            if (!number.isEmpty() && Integer.parseInt(number) >= first) {
              return Optional.of(true);
            }
          }
          return Optional.empty();
        });
  }
}
