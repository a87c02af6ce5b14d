package dev.lish.check;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;

/** Fields by name, of messages whose class is not known. */
final class Values {
  private Values() {}

  /** The field's descriptor. */
  static FieldDescriptor descriptor(Message message, String field) {
    FieldDescriptor descriptor = message.getDescriptorForType().findFieldByName(field);
    if (descriptor == null) {
      throw new IllegalStateException(
          message.getDescriptorForType().getFullName() + " has no field " + field);
    }
    return descriptor;
  }

  /** The field's value. */
  static Object field(Message message, String field) {
    return message.getField(descriptor(message, field));
  }

  /** True when the field is set; its accessor may be deprecated. */
  static boolean isSet(Message message, String field) {
    return message.hasField(descriptor(message, field));
  }

  /** True when the boolean field is set and true. */
  static boolean flag(Message message, String field) {
    FieldDescriptor descriptor = message.getDescriptorForType().findFieldByName(field);
    return descriptor != null && message.getField(descriptor).equals(true);
  }
}
