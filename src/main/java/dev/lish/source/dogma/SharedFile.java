package dev.lish.source.dogma;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lish.model.Drain;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The files of Lish's own repository, as text and as values; nothing is lost on the way there and
 * back. People may edit them, so reading says what it found and what it expected.
 *
 * <p>{@code /stages/<stage>.json}:
 *
 * <pre>{@code
 * {"follow": "head", "paused": false, "epoch": 0, "by": "ann", "reason": "", "at": "2026-03-01T10:00:00Z"}
 * }</pre>
 *
 * <ul>
 *   <li>{@code follow}: {@code "head"}, or {@code "revision"} for a stage that is pinned.
 *   <li>{@code revision}: the pinned one; for a stage that follows head and is paused, the one it
 *       stays on; else absent.
 *   <li>{@code paused}: whether it stays where it is.
 *   <li>{@code pausedAt}: only for a stage that is pinned to one revision and paused on another (it
 *       was paused before it got there): the one it stays on.
 *   <li>{@code epoch}: 0 or more.
 *   <li>{@code by}, {@code reason}, {@code at}: who set it, why and when (ISO 8601); may be absent.
 * </ul>
 *
 * <p>{@code /membership.json}: {@code {"revision": 7, "by": "ann", "reason": "", "at": "…"}}.
 *
 * <p>{@code /drains/<target>.json}: {@code {"target": "10.0.0.7", "by": "ann", "reason": "disk",
 * "at": "…"}}; in the name of the file, what Central Dogma does not take is written as {@code _}
 * and its bytes in hexadecimal. The name is not read.
 *
 * <p>Keys that are not known are left alone: a newer Lish may have written them.
 */
final class SharedFile {
  static final String STAGES = "/stages/";
  static final String SUFFIX = ".json";
  static final String MEMBERSHIP = "/membership.json";
  static final String DRAINS = "/drains/";

  private static final ObjectMapper JSON = new ObjectMapper();

  private SharedFile() {}

  /** What a file has that cannot be used. */
  static final class Broken extends Exception {
    private static final long serialVersionUID = 1L;

    private final String message;

    Broken(String message) {
      super(message);
      this.message = message;
    }

    @Override
    public String getMessage() {
      return message;
    }
  }

  static String write(StageControl control) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    Optional<Revision> pin = control.revision();
    Optional<Revision> stay = control.pausedAt();
    node.put("follow", pin.isPresent() ? "revision" : "head");
    pin.or(() -> stay).ifPresent(revision -> node.put("revision", revision.number()));
    node.put("paused", control.paused());
    if (pin.isPresent() && stay.isPresent() && !stay.equals(pin)) {
      node.put("pausedAt", stay.get().number());
    }
    node.put("epoch", control.epoch());
    return origin(node, control.by(), control.reason(), control.at());
  }

  static String write(Revision membership, String by, String reason, Instant at) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("revision", membership.number());
    return origin(node, by, reason, at);
  }

  static StageControl stage(String text) throws Broken {
    JsonNode node = object(text);
    String follow = value(node, "follow", JsonNode::isTextual, "\"head\" or \"revision\"").asText();
    if (!follow.equals("head") && !follow.equals("revision")) {
      throw new Broken("follow: \"" + follow + "\" (expected: \"head\" or \"revision\")");
    }
    boolean pinned = follow.equals("revision");
    boolean paused = value(node, "paused", JsonNode::isBoolean, "true or false").asBoolean();
    int epoch = number(node, "epoch", 0);
    Optional<Revision> revision =
        pinned || paused ? Optional.of(revision(node, "revision")) : Optional.empty();
    Optional<Revision> stay = paused ? revision : Optional.empty();
    if (pinned && paused && node.has("pausedAt")) {
      stay = Optional.of(revision(node, "pausedAt"));
    }
    return new StageControl(
        pinned ? revision : Optional.empty(),
        stay,
        epoch,
        text(node, "by"),
        text(node, "reason"),
        at(node));
  }

  static Revision membership(String text) throws Broken {
    return revision(object(text), "revision");
  }

  static String write(Drain drain) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("target", drain.target());
    return origin(node, drain.by(), drain.reason(), drain.at());
  }

  static Drain drain(String text) throws Broken {
    JsonNode node = object(text);
    String target = value(node, "target", JsonNode::isTextual, "an instance or a host").asText();
    try {
      return new Drain(target, text(node, "by"), text(node, "reason"), at(node));
    } catch (IllegalArgumentException e) {
      throw new Broken(String.valueOf(e.getMessage()));
    }
  }

  /** Two targets never share a file. */
  static String drainPath(String target) {
    StringBuilder name = new StringBuilder();
    for (byte b : target.getBytes(UTF_8)) {
      boolean plain = (b > 0 && Character.isLetterOrDigit(b)) || b == '-';
      // A dot may not be first.
      plain |= b == '.' && name.length() > 0;
      name.append(plain ? String.valueOf((char) b) : "_%02x".formatted(b));
    }
    return DRAINS + name + SUFFIX;
  }

  static String origin(ObjectNode node, String by, String reason, Instant at) {
    node.put("by", by).put("reason", reason).put("at", at.toString());
    return node.toString();
  }

  static JsonNode object(String text) throws Broken {
    JsonNode node;
    try {
      node = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new Broken("not JSON: " + e.getOriginalMessage());
    }
    if (!node.isObject()) {
      throw new Broken(show(node) + " (expected: an object)");
    }
    return node;
  }

  private static Revision revision(JsonNode node, String key) throws Broken {
    return new Revision(number(node, key, 1));
  }

  static int number(JsonNode node, String key, int least) throws Broken {
    Predicate<JsonNode> fits =
        n -> n.isIntegralNumber() && n.canConvertToInt() && n.asInt() >= least;
    return value(node, key, fits, "a number, " + least + " or more").asInt();
  }

  static String text(JsonNode node, String key) throws Broken {
    return node.has(key) ? value(node, key, JsonNode::isTextual, "text").asText() : "";
  }

  static Instant at(JsonNode node) throws Broken {
    return time(node, "at");
  }

  static Instant time(JsonNode node, String key) throws Broken {
    String text = text(node, key);
    try {
      return text.isEmpty() ? Instant.EPOCH : Instant.parse(text);
    } catch (DateTimeException e) {
      throw new Broken(key + ": \"" + text + "\" (expected: as 2026-03-01T10:00:00Z)");
    }
  }

  static JsonNode value(JsonNode node, String key, Predicate<JsonNode> fits, String expected)
      throws Broken {
    JsonNode value = node.path(key);
    if (!fits.test(value)) {
      throw new Broken(key + ": " + show(value) + " (expected: " + expected + ")");
    }
    return value;
  }

  private static String show(JsonNode value) {
    String text = value.isMissingNode() ? "missing" : value.toString();
    return text.length() > 60 ? text.substring(0, 60) + "…" : text;
  }
}
