package dev.lish.admin;

import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.lish.model.Revision;
import dev.lish.pipeline.Operations;
import dev.lish.source.MeshFolder;
import java.util.Base64;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** Gives the mesh folder at a revision, as {@code push} takes it. */
final class MeshFiles {
  private static final long PATIENCE_SECONDS = 30;

  private final Operations operations;

  MeshFiles(Operations operations) {
    this.operations = operations;
  }

  private record Files(int revision, SortedMap<String, String> files) {}

  /** {@code /mesh/{revision}}. */
  Reply get(ServiceRequestContext ctx) {
    String text = String.valueOf(ctx.pathParam("revision"));
    if (!text.equals("head") && !text.matches("[1-9]\\d{0,8}")) {
      throw new WrongRequest("revision " + text + " (expected: a revision such as 42, or head)");
    }
    Optional<Revision> revision =
        text.equals("head") ? Optional.empty() : Optional.of(new Revision(Integer.parseInt(text)));
    try {
      MeshFolder folder =
          operations.folder(revision).orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
      TreeMap<String, String> files = new TreeMap<>();
      folder
          .files()
          .forEach(
              (path, content) ->
                  files.put(path, Base64.getEncoder().encodeToString(content.toByteArray())));
      return Reply.ok(new Files(folder.revision().number(), files));
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return Reply.error(
          HttpStatus.NOT_FOUND, "revision " + text + " cannot be had: " + cause.getMessage());
    }
  }
}
