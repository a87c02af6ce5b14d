package dev.lish.testing;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lish.source.files.FolderOnDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Base64;

/** What is sent to the API so that the mesh becomes equal to a folder. */
public final class PushBody {
  private static final JsonMapper JSON = new JsonMapper();

  private PushBody() {}

  /** The JSON text. */
  public static String of(Path mesh, String message) {
    ObjectNode body = JSON.createObjectNode().put("message", message);
    ObjectNode files = body.putObject("files");
    try {
      FolderOnDisk.read(mesh)
          .folder()
          .files()
          .forEach(
              (path, content) ->
                  files.put(path, Base64.getEncoder().encodeToString(content.toByteArray())));
      return JSON.writeValueAsString(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
