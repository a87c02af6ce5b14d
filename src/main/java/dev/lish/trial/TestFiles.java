package dev.lish.trial;

import com.google.protobuf.ByteString;
import dev.lish.model.Problem;
import dev.lish.source.MeshFolder;
import dev.lish.source.files.YamlFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tests of a mesh folder.
 *
 * @param cases in the order of files and lines
 * @param matrix what {@code tests/matrix.yaml} says
 * @param problems what is wrong with the files
 */
public record TestFiles(List<TestCase> cases, Matrix matrix, List<Problem> problems) {
  private static final String FOLDER = "tests/";
  private static final String MATRIX = "tests/matrix.yaml";

  /** Copies the lists. */
  public TestFiles {
    cases = List.copyOf(cases);
    problems = List.copyOf(problems);
  }

  /**
   * What to test on.
   *
   * @param envoys paths of binaries, as written
   * @param stages empty: all
   * @param protocols {@code delta}, {@code sotw} or both; empty: delta
   */
  public record Matrix(List<String> envoys, List<String> stages, List<String> protocols) {
    static final Matrix NONE = new Matrix(List.of(), List.of(), List.of());

    /** Copies the lists. */
    public Matrix {
      envoys = List.copyOf(envoys);
      stages = List.copyOf(stages);
      protocols = List.copyOf(protocols);
    }
  }

  /** Reads {@code tests/*.yaml}; files in folders below are for overlays. */
  public static TestFiles read(MeshFolder folder) {
    List<TestCase> cases = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    Matrix matrix = Matrix.NONE;
    for (Map.Entry<String, ByteString> entry : folder.files().tailMap(FOLDER).entrySet()) {
      String path = entry.getKey();
      if (!path.startsWith(FOLDER)) {
        break;
      }
      if (path.indexOf('/', FOLDER.length()) >= 0 || !path.matches(".*\\.ya?ml")) {
        continue;
      }
      YamlFile file = new YamlFile(path);
      Optional<org.snakeyaml.engine.v2.nodes.Node> root = file.root(entry.getValue());
      if (path.equals(MATRIX)) {
        matrix = root.map(node -> matrix(file, node)).orElse(Matrix.NONE);
      } else {
        root.ifPresent(node -> cases.addAll(new TestReader(file, path, folder).read(node)));
      }
      problems.addAll(file.problems());
    }
    return new TestFiles(cases, matrix, problems);
  }

  private static Matrix matrix(YamlFile file, org.snakeyaml.engine.v2.nodes.Node root) {
    Fields fields = new Fields(file, root, "matrix", "envoys", "stages", "protocols");
    List<String> protocols = fields.all("protocols");
    if (!List.of("delta", "sotw").containsAll(protocols)) {
      fields.wrong("protocols", protocols + " (expected: delta, sotw or both)");
    }
    return new Matrix(fields.all("envoys"), fields.all("stages"), protocols);
  }
}
