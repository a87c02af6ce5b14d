package dev.lish.render;

import com.google.common.base.Splitter;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.lish.model.Nearest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The protobuf messages that YAML may name: those of Envoy's API, found on demand, and those of
 * descriptor sets. Safe for use by several threads.
 */
public final class MessageTypes {
  /** Every top-level message of the API; checked against the jar by a test. */
  private static final String INDEX = "message-types.txt";

  private static final MessageTypes BUILT_IN = new MessageTypes(Collections.emptySortedMap());

  private final SortedMap<String, Descriptor> extra;
  private final Map<String, Message> prototypes = new HashMap<>();
  private final Map<Descriptor, Map<String, FieldDescriptor>> fields = new HashMap<>();

  private MessageTypes(SortedMap<String, Descriptor> extra) {
    this.extra = extra;
  }

  /** The messages of Envoy's API and of what it imports. */
  public static MessageTypes builtIn() {
    return BUILT_IN;
  }

  /**
   * These and the messages of more files. A message that is known already stays as it is. What the
   * sets use and do not hold is looked for among the built-in messages.
   *
   * @param fileDescriptorSets serialized {@code google.protobuf.FileDescriptorSet}s, as {@code
   *     protoc --descriptor_set_out} writes them
   * @throws IllegalArgumentException with what is wrong in which file
   */
  public MessageTypes with(List<byte[]> fileDescriptorSets) {
    SortedMap<String, Descriptor> all = new TreeMap<>(DescriptorSets.read(fileDescriptorSets));
    all.putAll(extra);
    return new MessageTypes(all);
  }

  /** The message of this full name, e.g. {@code envoy.config.cluster.v3.Cluster}. */
  public Optional<Descriptor> find(String fullName) {
    return prototype(fullName).map(Message::getDescriptorForType);
  }

  /**
   * The message that the bytes are; empty when there is no such message.
   *
   * @throws IllegalArgumentException when the bytes are none
   */
  public Optional<Message> parse(String fullName, ByteString bytes) {
    Optional<Message> prototype = prototype(fullName);
    if (prototype.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(prototype.get().getParserForType().parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not a " + fullName + ": " + e.getMessage(), e);
    }
  }

  /** An empty builder: of the generated class, where there is one. */
  Message.Builder newBuilder(Descriptor type) {
    return prototype(type.getFullName())
        .filter(message -> message.getDescriptorForType().equals(type))
        .map(Message::newBuilderForType)
        .orElseGet(() -> DynamicMessage.newBuilder(type));
  }

  /** A message's fields, by the name in the file and by the name in JSON. */
  Map<String, FieldDescriptor> fields(Descriptor type) {
    synchronized (fields) {
      return fields.computeIfAbsent(type, MessageTypes::namedFields);
    }
  }

  /** The name that was probably meant by one that is not known. */
  Optional<String> nearest(String fullName) {
    Collection<String> names = new TreeSet<>(extra.keySet());
    names.addAll(index());
    Optional<String> near = Nearest.of(fullName, names);
    if (near.isPresent()) {
      return near;
    }
    // The right message in a wrong package: the one whose name shares the most words.
    List<String> words = Splitter.on('.').splitToList(fullName);
    return names.stream()
        .filter(name -> name.endsWith("." + words.get(words.size() - 1)))
        .max(
            // Envoy no longer takes what is older than v3.
            Comparator.comparing((String name) -> name.contains(".v3."))
                .thenComparing(name -> shared(words, name))
                .thenComparing(Comparator.reverseOrder()));
  }

  private static long shared(List<String> words, String name) {
    return Splitter.on('.').splitToStream(name).filter(words::contains).count();
  }

  private Optional<Message> prototype(String fullName) {
    synchronized (prototypes) {
      Message known = prototypes.get(fullName);
      if (known != null) {
        return Optional.of(known);
      }
      Optional<Message> found =
          BuiltInTypes.message(fullName)
              .or(
                  () ->
                      Optional.ofNullable(extra.get(fullName))
                          .map(DynamicMessage::getDefaultInstance));
      found.ifPresent(message -> prototypes.put(fullName, message));
      return found;
    }
  }

  private static Map<String, FieldDescriptor> namedFields(Descriptor type) {
    Map<String, FieldDescriptor> named = new HashMap<>();
    type.getFields().forEach(field -> named.put(field.getJsonName(), field));
    type.getFields().forEach(field -> named.put(field.getName(), field));
    return Collections.unmodifiableMap(named);
  }

  /** The names of the index; read only when an unknown name is explained. */
  static List<String> index() {
    try (InputStream in = MessageTypes.class.getResourceAsStream(INDEX)) {
      if (in == null) {
        throw new IllegalStateException(INDEX + " is not on the class path");
      }
      return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
