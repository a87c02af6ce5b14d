package dev.lish.accesslog;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A record for each line; the producer's own buffer is bounded, and it gives up in bounded time.
 */
final class KafkaSink implements LineSink {
  private static final Duration CLOSE = Duration.ofSeconds(1);

  private final KafkaSettings settings;
  private final KafkaProducer<String, byte[]> producer;
  private final Tally tally = new Tally();

  /** The last failure of a record, which comes after the call that sent it. */
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  KafkaSink(KafkaSettings settings) {
    this.settings = settings;
    Map<String, Object> all = new HashMap<>();
    // Access logs are many and none is worth a second copy; gzip needs no native library.
    all.put(ProducerConfig.ACKS_CONFIG, "1");
    all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
    all.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "gzip");
    all.put(ProducerConfig.LINGER_MS_CONFIG, 100);
    all.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 << 10);
    all.put(ProducerConfig.CLIENT_ID_CONFIG, "lish");
    all.putAll(settings.more());
    all.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.brokers());
    // What bounds time and memory is not for others to set.
    all.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 16L << 20);
    all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 1_000);
    all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000);
    producer = new KafkaProducer<>(all, new StringSerializer(), new ByteArraySerializer());
  }

  @Override
  public String name() {
    return "kafka";
  }

  @Override
  public void write(String key, byte[] line) throws IOException {
    try {
      tellFailure();
      var unused =
          producer.send(
              new ProducerRecord<>(settings.topic(), key, line),
              (metadata, e) -> {
                if (e == null) {
                  tally.written(1);
                } else {
                  failure.set(e);
                  tally.lost(1);
                }
              });
    } catch (IOException e) {
      tally.lost(1);
      throw e;
    } catch (KafkaException e) {
      // Thrown before the record was taken; all else comes by the callback.
      tally.lost(1);
      throw new IOException(settings + ": " + e.getMessage(), e);
    }
  }

  private void tellFailure() throws IOException {
    Exception last = failure.getAndSet(null);
    if (last != null) {
      throw new IOException(settings + ": " + last.getMessage(), last);
    }
  }

  /** Batches go by themselves after a moment. */
  @Override
  public void flush() throws IOException {
    tellFailure();
  }

  /** No longer than the producer tries to deliver a record. */
  @Override
  public void settle() throws IOException {
    try {
      producer.flush();
    } catch (InterruptException e) {
      throw new IOException(settings + ": interrupted", e);
    }
    tellFailure();
  }

  @Override
  public Tally tally() {
    return tally;
  }

  @Override
  public void close() {
    producer.close(CLOSE);
  }
}
