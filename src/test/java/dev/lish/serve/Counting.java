package dev.lish.serve;

import dev.lish.model.ResourceType;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what was sent. */
final class Counting {
  private final AtomicInteger responses = new AtomicInteger();

  int responses() {
    return responses.get();
  }

  XdsMeter meter() {
    return new XdsMeter() {
      @Override
      public void sent(ResourceType type, int bytes, int resources, long micros) {
        responses.incrementAndGet();
      }
    };
  }
}
