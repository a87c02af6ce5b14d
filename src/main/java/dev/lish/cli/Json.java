package dev.lish.cli;

import com.fasterxml.jackson.databind.ObjectMapper;

/** Jackson, loaded only where a server's answer is read: a check starts without it. */
final class Json {
  static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}
}
