package dev.lish.check;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import dev.lish.check.Reading.Issue;
import dev.lish.check.Reading.Kind;
import dev.lish.check.Reading.Mention;
import dev.lish.render.MessageTypes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** One way through a resource, into every message that is packed in it. */
final class Walk {
  /** Envoy counts durations in nanoseconds (DurationUtil): some 292 years. */
  private static final long MOST_SECONDS = Long.MAX_VALUE / 1_000_000_000;

  private final MessageTypes types;
  private final Ages ages;
  private final Function<Descriptor, Shape> shapes;
  private final List<Object> path = new ArrayList<>();
  private final List<Issue> issues = new ArrayList<>();
  private final List<Mention> mentions = new ArrayList<>();

  Walk(MessageTypes types, Ages ages, Function<Descriptor, Shape> shapes) {
    this.types = types;
    this.ages = ages;
    this.shapes = shapes;
  }

  List<Issue> issues() {
    return issues;
  }

  List<Mention> mentions() {
    return mentions;
  }

  /** Something is wrong at the steps, seen from the message that the walk is at. */
  void found(Rule rule, String message, Object... steps) {
    issues.add(new Issue(rule, at(steps), message));
  }

  /** A name refers to something; an empty one does not. */
  void mentions(Kind kind, String name, Object... steps) {
    if (!name.isEmpty()) {
      mentions.add(new Mention(kind, name, at(steps)));
    }
  }

  private List<Object> at(Object... steps) {
    List<Object> all = new ArrayList<>(path);
    all.addAll(List.of(steps));
    return all;
  }

  /** Looks at a message and at all below it. */
  void message(Message message) {
    Shape shape = shapes.apply(message.getDescriptorForType());
    for (OneofDescriptor oneof : shape.oneofs()) {
      if (!message.hasOneof(oneof)) {
        List<String> names = oneof.getFields().stream().map(FieldDescriptor::getName).toList();
        found(Rule.CONSTRAINT, "found none of them (expected: one of %s)".formatted(list(names)));
      }
    }
    for (Shape.Part part : shape.parts()) {
      part(message, part);
    }
    Lints.look(message, this);
  }

  private static String list(List<String> names) {
    return names.size() <= 12
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, 12)) + ", …";
  }

  private void part(Message message, Shape.Part part) {
    FieldDescriptor field = part.field();
    if (field.isMapField()) {
      map(message, part);
    } else if (field.isRepeated()) {
      list(message, part);
    } else if (field.hasPresence() && !message.hasField(field)) {
      // Of a oneof, another field may be the one that is set.
      if (field.getRealContainingOneof() == null && Constraints.required(part.rules())) {
        found(Rule.CONSTRAINT, "missing (expected: a value)", field.getName());
      } else if (Extensions.isNeeded(field) && !isChosen(message, field)) {
        found(Rule.EXTENSION_KIND, "found no typed_config (expected: one, which says what it is)");
      }
    } else {
      path.add(field.getName());
      Object value = message.getField(field);
      // What has no presence is set when it differs from the default.
      if (field.hasPresence() || !value.equals(field.getDefaultValue())) {
        age(part);
      }
      value(part, value);
      path.remove(path.size() - 1);
    }
  }

  private static boolean isChosen(Message message, FieldDescriptor field) {
    OneofDescriptor oneof = field.getRealContainingOneof();
    return oneof != null && message.hasOneof(oneof);
  }

  /** True when the walk is somewhere below a field of this name. */
  boolean isBelow(String field) {
    return path.contains(field);
  }

  /** True when the walk is at the resource itself. */
  boolean isAtTop() {
    return path.isEmpty();
  }

  private void age(Shape.Part part) {
    part.age().ifPresent(aged -> found(aged.rule(), aged.message()));
  }

  private void list(Message message, Shape.Part part) {
    List<?> items = (List<?>) message.getField(part.field());
    path.add(part.field().getName());
    if (!items.isEmpty()) {
      age(part);
    }
    Constraints.count(part.rules(), items.size()).ifPresent(what -> found(Rule.CONSTRAINT, what));
    boolean unique = part.rules().getRepeated().getUnique();
    Set<Object> seen = new HashSet<>();
    for (int i = 0; i < items.size(); i++) {
      path.add(i);
      if (unique && !seen.add(items.get(i))) {
        found(Rule.CONSTRAINT, "found the same again (expected: entries that differ)");
      }
      value(part, items.get(i));
      path.remove(path.size() - 1);
    }
    path.remove(path.size() - 1);
  }

  private void map(Message message, Shape.Part part) {
    List<?> entries = (List<?>) message.getField(part.field());
    path.add(part.field().getName());
    if (!entries.isEmpty()) {
      age(part);
    }
    Constraints.count(part.rules(), entries.size()).ifPresent(what -> found(Rule.CONSTRAINT, what));
    for (Object each : entries) {
      Message entry = (Message) each;
      Object key = Values.field(entry, "key");
      path.add(String.valueOf(key));
      part.key().flatMap(c -> c.broken(key)).ifPresent(what -> found(Rule.CONSTRAINT, what));
      value(part, Values.field(entry, "value"));
      path.remove(path.size() - 1);
    }
    path.remove(path.size() - 1);
  }

  private void value(Shape.Part part, Object value) {
    Object checked = part.wrapper() ? Values.field((Message) value, "value") : value;
    Optional<String> broken = part.value().flatMap(c -> c.broken(checked));
    broken.ifPresent(what -> found(Rule.CONSTRAINT, what));
    if (broken.isEmpty() && value instanceof Duration time && isNegative(time)) {
      found(
          Rule.BAD_SETTING,
          "found %s s (expected: no negative time)"
              .formatted(time.getSeconds() + time.getNanos() / 1e9));
    } else if (value instanceof Duration time && time.getSeconds() > MOST_SECONDS) {
      found(
          Rule.BAD_SETTING,
          "found %d s (expected: at most %d s)".formatted(time.getSeconds(), MOST_SECONDS));
    }
    if (!part.kinds().isEmpty()) {
      Extensions.look(part.field(), part.kinds(), value, this);
    }
    if (value instanceof EnumValueDescriptor name) {
      ages.value(name, part.rules().getEnum().getDefinedOnly())
          .ifPresent(aged -> found(aged.rule(), aged.message()));
    }
    if (part.nested()) {
      if (value instanceof Any any) {
        packed(any);
      } else {
        message((Message) value);
      }
    }
  }

  private static boolean isNegative(Duration time) {
    return time.getSeconds() < 0 || time.getNanos() < 0;
  }

  private void packed(Any any) {
    String name = Extensions.type(any);
    Optional<Message> content =
        name.isEmpty() ? Optional.empty() : types.parse(name, any.getValue());
    // What Google's own messages hold is data: a Struct, an Empty, a wrapper.
    content
        .filter(c -> !c.getDescriptorForType().getFile().getPackage().startsWith("google."))
        .ifPresent(
            message -> {
              ages.type(message.getDescriptorForType())
                  .ifPresent(aged -> found(aged.rule(), aged.message()));
              message(message);
            });
  }
}
