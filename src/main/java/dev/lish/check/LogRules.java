package dev.lish.check;

import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.fluentd.v3.FluentdAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig;
import java.util.List;

/** Formats of access logs, where they are not in a {@code SubstitutionFormatString}. */
final class LogRules {
  private LogRules() {}

  static void file(FileAccessLog log, Walk walk) {
    Formats.look((String) Values.field(log, "format"), walk, false, "format");
    for (String field : List.of("json_format", "typed_json_format")) {
      Formats.struct((Struct) Values.field(log, field), walk, false, List.of(field));
    }
  }

  /** What {@code access_log_options} has too may not be beside it. */
  static void once(Message message, Walk walk, String... fields) {
    for (String field : fields) {
      boolean set =
          Values.descriptor(message, field).hasPresence()
              ? Values.isSet(message, field)
              : Values.flag(message, field);
      if (set) {
        walk.found(
            Rule.CONFLICTING_FIELDS, "found access_log_options too (expected: one of them)", field);
      }
    }
  }

  static void openTelemetry(OpenTelemetryAccessLogConfig log, Walk walk) {
    boolean more = log.getFormattersCount() > 0;
    Formats.value(log.getBody(), walk, more, "body");
    Formats.values(log.getAttributes(), walk, more, "attributes");
  }

  static void fluentd(FluentdAccessLogConfig log, Walk walk) {
    Formats.struct(log.getRecord(), walk, log.getFormattersCount() > 0, List.of("record"));
  }
}
