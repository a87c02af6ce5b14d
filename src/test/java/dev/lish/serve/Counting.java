package dev.lish.serve;

import dev.lish.model.ResourceType;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what was sent, and which types streams have asked for. */
final class Counting {
  private final AtomicInteger responses = new AtomicInteger();
  private final AtomicInteger subscriptions = new AtomicInteger();

  int responses() {
    return responses.get();
  }

  /** How often a stream came to want something of a type. */
  int subscriptions() {
    return subscriptions.get();
  }

  XdsMeter meter() {
    return new XdsMeter() {
      @Override
      public void subscribed(ResourceType type) {
        subscriptions.incrementAndGet();
      }

      @Override
      public void sent(ResourceType type, int bytes, int resources, long micros) {
        responses.incrementAndGet();
      }
    };
  }
}
