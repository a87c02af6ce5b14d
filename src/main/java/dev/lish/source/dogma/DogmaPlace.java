package dev.lish.source.dogma;

import java.util.regex.Pattern;

/**
 * Where in Central Dogma the mesh folder and Lish's own state are.
 *
 * @param project of both repositories
 * @param repository that holds the mesh folder
 * @param path of the mesh folder in it, e.g. {@code /} or {@code /mesh}
 * @param ownRepository that Lish keeps its own state in; never the other one, since a mirror
 *     deletes what Git does not have
 */
public record DogmaPlace(String project, String repository, String path, String ownRepository) {
  // As in Central Dogma's own Util.
  private static final Pattern NAME =
      Pattern.compile("[0-9A-Za-z](?:[-+_0-9A-Za-z.]*[0-9A-Za-z])?");
  private static final Pattern PATH =
      Pattern.compile("(?:/[-_0-9a-zA-Z](?:[-_.0-9a-zA-Z]*[-_0-9a-zA-Z])?)*");

  /** Checks the names; the path gets a leading slash and loses trailing ones. */
  public DogmaPlace {
    check("project", project);
    check("repository", repository);
    check("own repository", ownRepository);
    if (ownRepository.equals(repository)) {
      throw new IllegalArgumentException(
          "own repository: " + ownRepository + " (expected: not the one of the mesh)");
    }
    String folder = path.startsWith("/") ? path : "/" + path;
    while (folder.endsWith("/")) {
      folder = folder.substring(0, folder.length() - 1);
    }
    if (!PATH.matcher(folder).matches()) {
      throw new IllegalArgumentException("path: " + path + " (expected: /, or /FOLDER/FOLDER)");
    }
    path = folder.isEmpty() ? "/" : folder;
  }

  /** The mesh folder is the whole repository, and Lish's own repository is {@code lish}. */
  public static DogmaPlace of(String project, String repository) {
    return new DogmaPlace(project, repository, "/", "lish");
  }

  /** What every file of the mesh folder starts with: {@code /} or {@code /mesh/}. */
  String prefix() {
    return path.equals("/") ? "/" : path + "/";
  }

  private static void check(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          what + ": " + name + " (expected: letters, digits, and -+_. between them)");
    }
  }
}
