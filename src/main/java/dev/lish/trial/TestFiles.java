package dev.lish.trial;

import com.google.protobuf.ByteString;
import dev.lish.model.Problem;
import dev.lish.render.Mesh;
import dev.lish.source.MeshFolder;
import dev.lish.source.files.YamlFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The tests of a mesh folder.
 *
 * @param cases in the order of files and lines
 * @param matrix what {@code tests/matrix.yaml} says
 * @param problems what is wrong with the files
 */
public record TestFiles(List<TestCase> cases, Matrix matrix, List<Problem> problems) {
  private static final String FOLDER = "tests/";
  static final String MATRIX = "tests/matrix.yaml";

  /** Copies the lists. */
  public TestFiles {
    cases = List.copyOf(cases);
    problems = List.copyOf(problems);
  }

  /**
   * What to test on.
   *
   * @param envoys paths of binaries, as written
   * @param stages where
   * @param protocols {@code delta}, {@code sotw} or both; empty: delta
   */
  public record Matrix(List<String> envoys, TestCase.Stages stages, List<String> protocols) {
    static final Matrix NONE = new Matrix(List.of(), TestCase.Stages.ALL, List.of());

    /** Copies the lists. */
    public Matrix {
      envoys = List.copyOf(envoys);
      protocols = List.copyOf(protocols);
    }

    /** Where; empty: in every stage. */
    public List<String> stageNames() {
      return stages.names();
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
      Optional<Node> root = file.root(entry.getValue());
      if (path.equals(MATRIX)) {
        matrix = root.map(node -> matrix(file, node)).orElse(Matrix.NONE);
      } else {
        root.ifPresent(node -> cases.addAll(new TestReader(file, path, folder).read(node)));
      }
      problems.addAll(file.problems());
    }
    return new TestFiles(cases, matrix, problems);
  }

  /** What is wrong in the light of the mesh: stages, groups and values that it does not have. */
  public List<Problem> against(Mesh mesh) {
    return new Targets(mesh).problems(this);
  }

  private static Matrix matrix(YamlFile file, Node root) {
    Fields fields = new Fields(file, root, "matrix", List.of("envoys", "stages", "protocols"));
    List<String> protocols = fields.all("protocols");
    if (!List.of("delta", "sotw").containsAll(protocols)) {
      fields.wrong("protocols", protocols + " (expected: delta, sotw or both)");
    }
    int line = fields.get("stages").map(YamlFile::line).orElse(0);
    return new Matrix(
        fields.all("envoys"), new TestCase.Stages(line, fields.all("stages")), protocols);
  }
}
