package dev.lish.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

class MessageTypesTest {
  private final MessageTypes types = MessageTypes.builtIn();

  @Test
  void everyMessageOfTheApiIsFound() throws Exception {
    List<String> missing = new ArrayList<>();
    int found = 0;
    for (Descriptor type : messagesOfTheJar()) {
      if (types.find(type.getFullName()).filter(type::equals).isPresent()) {
        found++;
      } else {
        missing.add(type.getFullName() + " in " + type.getFile().getName());
      }
    }
    assertThat(missing).isEmpty();
    assertThat(found).isGreaterThan(1_800);
  }

  @Test
  void theIndexNamesEveryTopLevelMessageOfTheApi() throws Exception {
    TreeSet<String> names = new TreeSet<>();
    for (Descriptor type : messagesOfTheJar()) {
      if (type.getContainingType() == null) {
        names.add(type.getFullName());
      }
    }
    Path fresh = Path.of("target", "message-types.txt");
    Files.writeString(fresh, String.join("\n", names) + "\n");
    assertThat(MessageTypes.index())
        .as("after an update of the API copy %s to src/main/resources/dev/lish/render", fresh)
        .containsExactlyElementsOf(names);
  }

  @Test
  void wellKnownTypesAreFound() {
    assertThat(
            List.of(
                "google.protobuf.Any",
                "google.protobuf.Struct",
                "google.protobuf.UInt32Value",
                "google.protobuf.FieldDescriptorProto",
                "google.rpc.Status"))
        .allSatisfy(name -> assertThat(types.find(name)).isPresent());
  }

  @Test
  void whatIsNoMessageIsNotFound() {
    assertThat(
            List.of(
                "",
                ".",
                "envoy",
                "envoy.config.cluster.v3",
                "envoy.config.cluster.v3.cluster",
                "envoy.config.cluster.v3.Clusters",
                "envoy.config.cluster.v3.ClusterProto",
                "envoy.config.cluster.v3.ClusterOrBuilder",
                "envoy.config.cluster.v3.Cluster.DiscoveryType",
                "envoy.config.cluster.v3.Cluster$Builder",
                "envoy.config.core.v3.RequestMethod",
                "google.protobuf.ByteString",
                "java.lang.Runtime"))
        .allSatisfy(name -> assertThat(types.find(name)).isEmpty());
  }

  @Test
  void builtInMessagesAreOfTheGeneratedClass() {
    assertThat(types.newBuilder(Cluster.getDescriptor())).isInstanceOf(Cluster.Builder.class);
  }

  @Test
  void theNearestNameIsTold() {
    assertThat(types.nearest("envoy.extensions.filters.http.router.v3.Ruoter"))
        .contains("envoy.extensions.filters.http.router.v3.Router");
    assertThat(types.nearest("envoy.config.filter.http.Router"))
        .contains("envoy.extensions.filters.http.router.v3.Router");
    assertThat(types.nearest("acme.Nothing")).isEmpty();
  }

  @Test
  void aDescriptorSetAddsMessagesThatUseBuiltInOnes() throws Exception {
    MessageTypes more = types.with(List.of(set(ACME)));
    Descriptor filter = more.find("acme.v1.Filter").orElseThrow();
    assertThat(filter.findFieldByName("timeout").getMessageType().getFullName())
        .isEqualTo("google.protobuf.Duration");
    assertThat(filter.findFieldByName("address").getMessageType())
        .isEqualTo(io.envoyproxy.envoy.config.core.v3.Address.getDescriptor());
    assertThat(more.find("acme.v1.Filter.Inner")).isPresent();
    assertThat(more.newBuilder(filter)).isInstanceOf(DynamicMessage.Builder.class);
    assertThat(more.find("envoy.config.cluster.v3.Cluster")).contains(Cluster.getDescriptor());
    assertThat(more.nearest("acme.v1.Filtre")).contains("acme.v1.Filter");
    assertThat(types.find("acme.v1.Filter")).isEmpty();
  }

  @Test
  void setsAddUp() throws Exception {
    String other =
        "name: 'b.proto' package: 'acme.v2' syntax: 'proto3' dependency: 'acme.proto' message_type {"
            + " name: 'User' field { name: 'f' number: 1 label: LABEL_OPTIONAL type: TYPE_MESSAGE"
            + " type_name: '.acme.v1.Filter' } }";
    MessageTypes both = types.with(List.of(set(other), set(ACME)));
    assertThat(both.find("acme.v2.User").orElseThrow().findFieldByName("f").getMessageType())
        .isEqualTo(both.find("acme.v1.Filter").orElseThrow());
  }

  @Test
  void aBadDescriptorSetIsRefusedWithAReason() throws Exception {
    assertThatThrownBy(
            () -> types.with(List.of("hello".getBytes(java.nio.charset.StandardCharsets.UTF_8))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("descriptor set 1: not a google.protobuf.FileDescriptorSet");
    assertThatThrownBy(() -> types.with(List.of(new byte[0])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("descriptor set 1: no files");
    String lacking = ACME.replace(".envoy.config.core.v3.Address", ".acme.v9.Address");
    byte[] bytes = set(lacking);
    assertThatThrownBy(() -> types.with(List.of(bytes)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "acme.proto: uses acme.v9.Address, which is neither in the descriptor");
  }

  static final String ACME =
      """
      name: 'acme.proto' package: 'acme.v1' syntax: 'proto3'
      dependency: 'google/protobuf/duration.proto'
      dependency: 'envoy/config/core/v3/address.proto'
      dependency: 'validate/validate.proto'
      message_type {
        name: 'Filter'
        field { name: 'the_name' number: 1 label: LABEL_OPTIONAL type: TYPE_STRING json_name: 'theName' }
        field { name: 'timeout' number: 2 label: LABEL_OPTIONAL type: TYPE_MESSAGE
                type_name: '.google.protobuf.Duration' }
        field { name: 'address' number: 3 label: LABEL_OPTIONAL type: TYPE_MESSAGE
                type_name: '.envoy.config.core.v3.Address' }
        field { name: 'inner' number: 4 label: LABEL_REPEATED type: TYPE_MESSAGE
                type_name: '.acme.v1.Filter.Inner' }
        field { name: 'labels' number: 5 label: LABEL_REPEATED type: TYPE_MESSAGE
                type_name: '.acme.v1.Filter.LabelsEntry' }
        field { name: 'token' number: 6 label: LABEL_OPTIONAL type: TYPE_STRING
                options { [udpa.annotations.sensitive]: true } }
        nested_type {
          name: 'Inner'
          field { name: 'n' number: 1 label: LABEL_OPTIONAL type: TYPE_INT64 }
        }
        nested_type {
          name: 'LabelsEntry'
          field { name: 'key' number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
          field { name: 'value' number: 2 label: LABEL_OPTIONAL type: TYPE_STRING }
          options { map_entry: true }
        }
      }
      """;

  static byte[] set(String file) throws TextFormat.ParseException {
    FileDescriptorProto.Builder builder = FileDescriptorProto.newBuilder();
    var extensions = com.google.protobuf.ExtensionRegistry.newInstance();
    udpa.annotations.Sensitive.registerAllExtensions(extensions);
    TextFormat.merge(file, extensions, builder);
    return FileDescriptorSet.newBuilder().addFile(builder).build().toByteArray();
  }

  private static List<Descriptor> messagesOfTheJar()
      throws IOException, ReflectiveOperationException {
    Path jar =
        Path.of(
            java.net.URI.create(
                Cluster.class.getProtectionDomain().getCodeSource().getLocation().toString()));
    List<Descriptor> messages = new ArrayList<>();
    try (JarFile file = new JarFile(jar.toFile())) {
      for (JarEntry entry : file.stream().toList()) {
        String name = entry.getName();
        if (!name.endsWith(".class") || name.contains("META-INF")) {
          continue;
        }
        String className = name.substring(0, name.length() - ".class".length()).replace('/', '.');
        Class<?> type = Class.forName(className, false, MessageTypesTest.class.getClassLoader());
        if (Message.class.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers())) {
          messages.add((Descriptor) type.getMethod("getDescriptor").invoke(null));
        }
      }
    }
    return messages;
  }
}
