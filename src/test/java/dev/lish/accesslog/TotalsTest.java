package dev.lish.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class TotalsTest {
  private final Totals<LongAdder> totals =
      new Totals<>(2, ByteString.copyFromUtf8("other"), LongAdder::new);

  private void count(String key) {
    totals.get(ByteString.copyFromUtf8(key)).increment();
  }

  private Map<String, Long> sums() {
    Map<String, Long> sums = new TreeMap<>();
    totals.forEach((key, adder) -> sums.put(key.toStringUtf8(), adder.sum()));
    return sums;
  }

  @Test
  void keysAboveTheLimitAreSummedUp() {
    count("a");
    count("b");
    count("c");
    count("d");
    count("a");

    assertThat(sums()).hasToString("{a=2, b=1, other=2}");
  }

  @Test
  void keyThatIsTooLongIsNotKept() {
    count("a".repeat(1025));

    assertThat(sums()).hasToString("{other=1}");
  }

  @Test
  void keyThatIsCalledOtherIsOther() {
    count("other");

    assertThat(sums()).hasToString("{other=1}");
  }
}
