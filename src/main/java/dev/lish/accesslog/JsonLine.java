package dev.lish.accesslog;

import java.util.List;
import java.util.Locale;

/** An object of JSON in one line; empty values are left out. */
final class JsonLine {
  private final StringBuilder text = new StringBuilder(512).append('{');

  JsonLine put(String key, String value) {
    if (!value.isEmpty()) {
      key(key);
      quoted(value);
    }
    return this;
  }

  JsonLine put(String key, long value) {
    key(key);
    text.append(value);
    return this;
  }

  /** Microseconds as milliseconds; a negative number is none. */
  JsonLine millis(String key, long micros) {
    if (micros >= 0) {
      key(key);
      text.append(String.format(Locale.ROOT, "%.3f", micros / 1000.0));
    }
    return this;
  }

  JsonLine put(String key, List<String> values) {
    if (!values.isEmpty()) {
      key(key);
      text.append('[');
      String comma = "";
      for (String value : values) {
        text.append(comma);
        quoted(value);
        comma = ",";
      }
      text.append(']');
    }
    return this;
  }

  JsonLine put(String key, JsonLine object) {
    if (object.text.length() > 1) {
      key(key);
      text.append(object);
    }
    return this;
  }

  private void key(String key) {
    if (text.length() > 1) {
      text.append(',');
    }
    quoted(key);
    text.append(':');
  }

  private void quoted(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ' || c == 0x7f || c == 0x2028 || c == 0x2029) {
        text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }

  @Override
  public String toString() {
    return text + "}";
  }
}
