package dev.lish.check;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.KeyValueMutation;
import java.util.List;

/** Headers that are added and removed, wherever Envoy's header parser reads them. */
final class HeaderRules {
  private HeaderRules() {}

  static void added(HeaderValueOption option, Walk walk) {
    added(option.getHeader(), walk, "header");
    if (Values.isSet(option, "append") && option.getAppendActionValue() != 0) {
      walk.found(
          Rule.CONFLICTING_FIELDS, "found append too (expected: append_action alone)", "append");
    }
  }

  static void added(HeaderValue header, Walk walk, Object... at) {
    if (isFixed(header.getKey())) {
      walk.found(Rule.BAD_SETTING, fixed(header.getKey()), AddressRules.with(at, "key"));
    }
    Formats.look(header.getValue(), walk, false, AddressRules.with(at, "value"));
  }

  /** What the filter that changes headers does to the query. */
  static void query(KeyValueMutation mutation, Walk walk) {
    if (mutation.hasAppend() == !mutation.getRemove().isEmpty()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found %s (expected: either append or remove)"
              .formatted(mutation.hasAppend() ? "both" : "none of them"));
    }
    var record = mutation.getAppend().getRecord();
    Object[] at = {"append", "record", "value"};
    if (record.hasValue() && !record.getValue().hasStringValue()) {
      walk.found(Rule.BAD_SETTING, "found another value (expected: text)", at);
    }
    Formats.look(record.getValue().getStringValue(), walk, false, at);
  }

  /** The lists of names in a message that has both. */
  static void removed(Message message, Walk walk) {
    for (String list : List.of("request_headers_to_remove", "response_headers_to_remove")) {
      if (message.getDescriptorForType().findFieldByName(list) == null) {
        continue;
      }
      List<?> names = (List<?>) Values.field(message, list);
      for (int i = 0; i < names.size(); i++) {
        if (isFixed((String) names.get(i))) {
          walk.found(Rule.BAD_SETTING, fixed((String) names.get(i)), list, i);
        }
      }
    }
  }

  /** True where Envoy lets nobody change the header. */
  static boolean isFixed(String name) {
    return name.startsWith(":") || name.equalsIgnoreCase("host");
  }

  /** What to say of such a header. */
  static String fixed(String name) {
    return "found \"%s\" (expected: no pseudo header and not host, which rewrites change)"
        .formatted(name);
  }
}
