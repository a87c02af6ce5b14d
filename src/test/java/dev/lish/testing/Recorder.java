package dev.lish.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.ResourceType;
import dev.lish.recorder.RecordedStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The recorder of discovery streams, which a test can ask to judge. */
public final class Recorder extends dev.lish.recorder.Recorder {
  /**
   * Waits until every open stream has answered all that it was sent, then fails if any stream broke
   * a rule: something not subscribed, a nonce twice, a second response before the first was
   * answered, something unchanged without a reason by protocol, a NACK that the test does not mean.
   *
   * @param nacked the types of which at least one response must have been refused
   */
  public void assertClean(ResourceType... nacked) {
    assertThat(streams()).as("recorded streams").isNotEmpty();
    Await.until(
        "every response is answered",
        () -> streams().stream().allMatch(s -> s.isEnded() || s.unanswered().isEmpty()));
    List<String> violations = new ArrayList<>();
    Set<ResourceType> missing = EnumSet.noneOf(ResourceType.class);
    missing.addAll(List.of(nacked));
    for (RecordedStream stream : streams()) {
      stream.violations().forEach(v -> violations.add(stream + ": " + v));
      for (RecordedStream.Nack nack : stream.nacks()) {
        if (!List.of(nacked).contains(nack.type())) {
          violations.add(stream + ": " + nack.type().label() + " NACK: " + nack.message());
        }
        missing.remove(nack.type());
      }
    }
    missing.forEach(type -> violations.add("no NACK of " + type.label() + " (expected: one)"));
    assertThat(violations).as("violations of the protocol").isEmpty();
  }
}
