package dev.lish.render;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import udpa.annotations.Sensitive;

/**
 * Links the files of descriptor sets. A file's imports are taken from the types that it uses and
 * not from its list: sets often lack annotations and other imports that no message needs.
 */
final class DescriptorSets {
  private final Map<String, FileDescriptorProto> files = new LinkedHashMap<>();

  /** Message or enum to the file that has it. */
  private final Map<String, String> homes = new HashMap<>();

  private final Map<String, FileDescriptor> linked = new HashMap<>();
  private final Set<String> linking = new LinkedHashSet<>();

  private DescriptorSets() {}

  /** All messages of the sets, nested ones too, by full name. */
  static SortedMap<String, Descriptor> read(List<byte[]> sets) {
    DescriptorSets all = new DescriptorSets();
    for (int i = 0; i < sets.size(); i++) {
      all.add(sets.get(i), "descriptor set " + (i + 1));
    }
    SortedMap<String, Descriptor> messages = new TreeMap<>();
    for (String file : all.files.keySet()) {
      collect(all.link(file).getMessageTypes(), messages);
    }
    return messages;
  }

  private void add(byte[] bytes, String what) {
    ExtensionRegistry extensions = ExtensionRegistry.newInstance();
    Sensitive.registerAllExtensions(extensions);
    FileDescriptorSet set;
    try {
      set = FileDescriptorSet.parseFrom(bytes, extensions);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(
          what + ": not a google.protobuf.FileDescriptorSet: " + e.getMessage(), e);
    }
    if (set.getFileCount() == 0) {
      throw new IllegalArgumentException(
          what + ": no files (expected: a google.protobuf.FileDescriptorSet, as protoc writes it)");
    }
    for (FileDescriptorProto file : set.getFileList()) {
      // The well-known types have a JSON form of their own; they are always the generated ones.
      if (!file.getPackage().equals("google.protobuf")
          && files.putIfAbsent(file.getName(), file) == null) {
        String prefix = file.getPackage().isEmpty() ? "" : file.getPackage() + ".";
        file.getEnumTypeList()
            .forEach(e -> homes.putIfAbsent(prefix + e.getName(), file.getName()));
        file.getMessageTypeList().forEach(message -> addHomes(prefix, message, file.getName()));
      }
    }
  }

  private void addHomes(String prefix, DescriptorProto message, String file) {
    String name = prefix + message.getName();
    homes.putIfAbsent(name, file);
    message.getEnumTypeList().forEach(e -> homes.putIfAbsent(name + "." + e.getName(), file));
    message.getNestedTypeList().forEach(nested -> addHomes(name + ".", nested, file));
  }

  private FileDescriptor link(String name) {
    FileDescriptor done = linked.get(name);
    if (done != null) {
      return done;
    }
    if (!linking.add(name)) {
      throw new IllegalArgumentException(name + ": files that import each other: " + linking);
    }
    FileDescriptorProto file = files.get(name);
    if (file == null) {
      throw new IllegalStateException(name + " is not in a set");
    }
    Map<String, FileDescriptor> imports = new TreeMap<>();
    for (String type : usedTypes(file)) {
      FileDescriptor home = homeOf(type, file);
      imports.put(home.getName(), home);
    }
    try {
      FileDescriptorProto closed =
          file.toBuilder()
              .clearDependency()
              .clearPublicDependency()
              .clearWeakDependency()
              .clearService()
              .clearExtension()
              .addAllDependency(imports.keySet())
              .build();
      done = FileDescriptor.buildFrom(closed, imports.values().toArray(new FileDescriptor[0]));
    } catch (DescriptorValidationException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
    linking.remove(name);
    linked.put(name, done);
    return done;
  }

  private FileDescriptor homeOf(String type, FileDescriptorProto user) {
    String home = homes.get(type);
    if (home != null) {
      return link(home);
    }
    return BuiltInTypes.descriptor(type)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    user.getName()
                        + ": uses "
                        + type
                        + ", which is neither in the descriptor sets nor built in (write the set with"
                        + " protoc --include_imports)"))
        .getFile();
  }

  private Set<String> usedTypes(FileDescriptorProto file) {
    Set<String> used = new LinkedHashSet<>();
    file.getMessageTypeList().forEach(message -> addUsed(message, used));
    used.removeIf(type -> file.getName().equals(homes.get(type)));
    return used;
  }

  private static void addUsed(DescriptorProto message, Set<String> used) {
    message.getFieldList().forEach(field -> addUsed(field, used));
    message.getExtensionList().forEach(field -> addUsed(field, used));
    message.getNestedTypeList().forEach(nested -> addUsed(nested, used));
  }

  private static void addUsed(FieldDescriptorProto field, Set<String> used) {
    // protoc writes full names, with a leading dot.
    for (String type : List.of(field.getTypeName(), field.getExtendee())) {
      if (type.startsWith(".")) {
        used.add(type.substring(1));
      }
    }
  }

  private static void collect(List<Descriptor> types, Map<String, Descriptor> into) {
    for (Descriptor type : types) {
      into.putIfAbsent(type.getFullName(), type);
      collect(type.getNestedTypes(), into);
    }
  }
}
