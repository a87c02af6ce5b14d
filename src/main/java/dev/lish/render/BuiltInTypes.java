package dev.lish.render;

import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Internal;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import com.google.protobuf.ProtocolMessageEnum;
import java.util.List;
import java.util.Optional;

/**
 * The generated classes of Envoy's API and of what it imports, each loaded when it is first asked
 * for: all of them would take seconds at every start. Java packages follow from protobuf packages,
 * by {@code option java_package} in the {@code .proto} files of the jar.
 */
final class BuiltInTypes {
  /** Protobuf package prefix, and where its classes are; the first that fits. */
  private static final List<Home> HOMES =
      List.of(
          // Files without java_multiple_files: messages are nested in the file's class.
          new Home(
              "envoy.annotations.",
              "envoy.annotations.Resource$",
              "envoy.annotations.Deprecation$"),
          new Home("envoy.", "io.envoyproxy.envoy."),
          new Home("google.protobuf.compiler.", "com.google.protobuf.compiler.PluginProtos$"),
          new Home(
              "google.protobuf.", "com.google.protobuf.", "com.google.protobuf.DescriptorProtos$"),
          new Home("google.", "com.google."),
          new Home(
              "xds.annotations.v3.",
              "xds.annotations.v3.Status$",
              "xds.annotations.v3.Migrate$",
              "xds.annotations.v3.Security$",
              "xds.annotations.v3.Versioning$"),
          new Home("xds.", "com.github.xds."),
          new Home(
              "udpa.annotations.",
              "udpa.annotations.Status$",
              "udpa.annotations.Migrate$",
              "udpa.annotations.Security$",
              "udpa.annotations.Versioning$"),
          new Home("udpa.", "com.github.udpa.udpa."),
          new Home(
              "cel.expr.conformance.", "dev.cel.expr.conformance.", "cel.dev.expr.conformance."),
          new Home("cel.", "dev.cel."),
          new Home("opentelemetry.", "io.opentelemetry."),
          new Home("io.prometheus.client.", "io.prometheus.client.Metrics$"),
          new Home("validate.", "io.envoyproxy.pgv.validate.Validate$"));

  private BuiltInTypes() {}

  /** The empty message of this name. */
  static Optional<Message> message(String fullName) {
    return type(fullName)
        .filter(Message.class::isAssignableFrom)
        .map(type -> (Message) Internal.getDefaultInstance(type.asSubclass(MessageLite.class)))
        .filter(message -> message.getDescriptorForType().getFullName().equals(fullName));
  }

  /** The descriptor of the message or enum of this name. */
  static Optional<GenericDescriptor> descriptor(String fullName) {
    Optional<GenericDescriptor> message = message(fullName).map(Message::getDescriptorForType);
    return message.isPresent() ? message : type(fullName).flatMap(BuiltInTypes::enumDescriptor);
  }

  private static Optional<GenericDescriptor> enumDescriptor(Class<?> type) {
    return ProtocolMessageEnum.class.isAssignableFrom(type)
        ? Optional.of(((ProtocolMessageEnum) type.getEnumConstants()[0]).getDescriptorForType())
        : Optional.empty();
  }

  private static Optional<Class<?>> type(String fullName) {
    for (Home home : HOMES) {
      if (fullName.startsWith(home.prefix)) {
        return home.type(fullName.substring(home.prefix.length()));
      }
    }
    return Optional.empty();
  }

  /** Where the classes of a protobuf package, and of those below it, are. */
  private record Home(String prefix, List<String> places) {
    Home(String prefix, String... places) {
      this(prefix, List.of(places));
    }

    Optional<Class<?>> type(String rest) {
      // Messages start with a capital, packages do not; what is inside a message is nested.
      int message = 0;
      while (message < rest.length() && !Character.isUpperCase(rest.charAt(message))) {
        int dot = rest.indexOf('.', message);
        if (dot < 0) {
          return Optional.empty();
        }
        message = dot + 1;
      }
      String name = rest.substring(0, message) + rest.substring(message).replace('.', '$');
      return places.stream().flatMap(place -> load(place + name).stream()).findFirst();
    }

    private static Optional<Class<?>> load(String name) {
      try {
        return Optional.of(Class.forName(name, false, Home.class.getClassLoader()));
      } catch (ClassNotFoundException | NoClassDefFoundError e) {
        // The second where only the case of a letter differs, on a file system that ignores it.
        return Optional.empty();
      }
    }
  }
}
