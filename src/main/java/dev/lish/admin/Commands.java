package dev.lish.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.linecorp.armeria.common.HttpStatus;
import dev.lish.model.Problem;
import dev.lish.model.Revision;
import dev.lish.pipeline.Operations;
import dev.lish.pipeline.Operations.Order;
import dev.lish.source.Commit;
import dev.lish.source.MeshFolder;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What operators can change, as JSON bodies; each becomes one call of {@link Operations}. */
final class Commands {
  private final Operations operations;

  Commands(Operations operations) {
    this.operations = operations;
  }

  /** Takes the body and who asks. */
  interface Command {
    CompletableFuture<Commit> run(byte[] body, String by);
  }

  /** Path below {@code /api/v1/} to command. */
  Map<String, Command> all() {
    Map<String, Command> all = new TreeMap<>();
    all.put("delivery/pause", this::pause);
    all.put("delivery/resume", this::resume);
    all.put("delivery/promote", this::promote);
    all.put("delivery/membership", this::membership);
    all.put("delivery/rollback", this::rollback);
    all.put("drain", this::drain);
    all.put("undrain", this::undrain);
    all.put("guard/release", this::release);
    all.put("push", this::push);
    return all;
  }

  private record ForStage(@Nullable String stage, @Nullable String reason, boolean local) {}

  private record Promote(
      @Nullable String stage,
      @Nullable JsonNode revision,
      @Nullable String reason,
      boolean local) {}

  private record Membership(@Nullable Integer revision, @Nullable String reason, boolean local) {}

  private record Push(
      @Nullable Integer base, @Nullable String message, @Nullable Map<String, String> files) {}

  private CompletableFuture<Commit> pause(byte[] body, String by) {
    ForStage wanted = Json.read(body, ForStage.class);
    return operations.pause(stage(wanted.stage()), order(by, wanted.reason(), wanted.local()));
  }

  private CompletableFuture<Commit> resume(byte[] body, String by) {
    ForStage wanted = Json.read(body, ForStage.class);
    String reason = wanted.reason() == null ? "" : wanted.reason();
    return operations.resume(stage(wanted.stage()), new Order(by, reason, wanted.local()));
  }

  private CompletableFuture<Commit> promote(byte[] body, String by) {
    Promote wanted = Json.read(body, Promote.class);
    return operations.promote(
        required("stage", wanted.stage()),
        revisionOrHead(wanted.revision()),
        order(by, wanted.reason(), wanted.local()));
  }

  private CompletableFuture<Commit> membership(byte[] body, String by) {
    Membership wanted = Json.read(body, Membership.class);
    Integer revision = wanted.revision();
    if (revision == null || revision < 1) {
      throw new WrongRequest("revision: " + revision + " (expected: a number, 1 or more)");
    }
    return operations.promoteMembership(
        new Revision(revision), order(by, wanted.reason(), wanted.local()));
  }

  private CompletableFuture<Commit> rollback(byte[] body, String by) {
    ForStage wanted = Json.read(body, ForStage.class);
    return operations.rollback(
        required("stage", wanted.stage()), order(by, wanted.reason(), wanted.local()));
  }

  private record ForTarget(
      @Nullable String target, @Nullable String reason, boolean force, boolean local) {}

  private CompletableFuture<Commit> drain(byte[] body, String by) {
    ForTarget wanted = Json.read(body, ForTarget.class);
    return operations.drain(
        required("target", wanted.target()),
        wanted.force(),
        order(by, wanted.reason(), wanted.local()));
  }

  private record Undrain(@Nullable String target, @Nullable String reason, boolean local) {}

  private CompletableFuture<Commit> undrain(byte[] body, String by) {
    Undrain wanted = Json.read(body, Undrain.class);
    String reason = wanted.reason() == null ? "" : wanted.reason();
    return operations.undrain(
        required("target", wanted.target()), new Order(by, reason, wanted.local()));
  }

  private record Release(@Nullable String cluster, @Nullable String reason) {}

  private CompletableFuture<Commit> release(byte[] body, String by) {
    Release wanted = Json.read(body, Release.class);
    return operations.release(
        required("cluster", wanted.cluster()), order(by, wanted.reason(), false));
  }

  private CompletableFuture<Commit> push(byte[] body, String by) {
    Push wanted = Json.read(body, Push.class);
    if (wanted.files() == null || wanted.files().isEmpty()) {
      // An empty mesh would delete everything from every Envoy; nobody means that.
      throw new WrongRequest("files: none (expected: {\"path\": \"base64\", …}, the whole mesh)");
    }
    Integer base = wanted.base();
    if (base != null && base < 1) {
      throw new WrongRequest("base: " + base + " (expected: a revision, 1 or more)");
    }
    Map<String, ByteString> files = new TreeMap<>();
    wanted.files().forEach((path, content) -> files.put(path(path), decode(path, content)));
    return operations.push(
        Optional.ofNullable(base).map(Revision::new),
        files,
        required("message", wanted.message()),
        by);
  }

  private static Optional<Revision> revisionOrHead(@Nullable JsonNode revision) {
    if (revision != null && revision.isTextual() && revision.asText().equals("head")) {
      return Optional.empty();
    }
    if (revision != null && revision.isInt() && revision.asInt() > 0) {
      return Optional.of(new Revision(revision.asInt()));
    }
    throw new WrongRequest(
        "revision: " + revision + " (expected: a number, 1 or more, or \"head\")");
  }

  private static Optional<String> stage(@Nullable String stage) {
    return stage == null ? Optional.empty() : Optional.of(required("stage", stage));
  }

  private static Order order(String by, @Nullable String reason, boolean local) {
    return new Order(by, required("reason", reason), local);
  }

  private static String required(String key, @Nullable String value) {
    if (value == null || value.isBlank()) {
      throw new WrongRequest(
          key + ": " + (value == null ? "missing" : "\"\"") + " (expected: some text)");
    }
    return value;
  }

  private static String path(String path) {
    if (!MeshFolder.isPath(path)) {
      throw new WrongRequest(
          "files: \"" + path + "\" (expected: a path inside the mesh, without leading slash)");
    }
    return path;
  }

  private static ByteString decode(String path, @Nullable String content) {
    try {
      return ByteString.copyFrom(Base64.getDecoder().decode(content == null ? "!" : content));
    } catch (IllegalArgumentException e) {
      throw new WrongRequest("files: " + path + ": not base64 (expected: base64, RFC 4648)");
    }
  }

  /** The notes are there only where there are some. */
  private record Committed(
      int revision,
      boolean changed,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> notes) {}

  private record Rejected(List<ViewJson.Found> problems) {
    static Rejected of(List<Problem> problems) {
      return new Rejected(ViewJson.Found.of(problems));
    }
  }

  /** The answer to an outcome. */
  static Reply reply(Commit commit) {
    return commit.match(
        unchanged -> Reply.ok(new Committed(unchanged.revision().number(), false, List.of())),
        done -> Reply.ok(new Committed(done.revision().number(), true, done.notes())),
        rejected -> Reply.json(HttpStatus.UNPROCESSABLE_ENTITY, Rejected.of(rejected.problems())),
        refused -> Reply.error(HttpStatus.CONFLICT, refused.message()),
        unreachable -> Reply.error(HttpStatus.SERVICE_UNAVAILABLE, unreachable.cause()));
  }
}
