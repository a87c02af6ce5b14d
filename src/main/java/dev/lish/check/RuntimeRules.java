package dev.lish.check;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.Value.KindCase;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import java.util.ArrayList;
import java.util.List;

/** What makes no runtime layer. */
final class RuntimeRules {
  private RuntimeRules() {}

  static void layer(Runtime runtime, Walk walk) {
    struct(runtime.getLayer(), walk, List.of("layer"));
  }

  private static void struct(Struct struct, Walk walk, List<Object> at) {
    struct
        .getFieldsMap()
        .forEach(
            (key, value) -> {
              List<Object> path = new ArrayList<>(at);
              path.add(key);
              value(value, walk, path);
            });
  }

  private static void value(Value value, Walk walk, List<Object> at) {
    if (value.hasStructValue()) {
      struct(value.getStructValue(), walk, at);
    } else if (value.hasListValue() || value.getKindCase() == KindCase.NULL_VALUE) {
      walk.found(
          Rule.BAD_SETTING,
          "found %s (expected: a number, a text, true or false, or keys below it)"
              .formatted(value.hasListValue() ? "a list" : "nothing"),
          at.toArray());
    }
  }
}
