package dev.lish.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.model.ProblemKind;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.snakeyaml.engine.v2.nodes.Node;

/** Whatever a file holds ends in messages or in Problems, never in an exception. */
class YamlFuzzTest {
  private static final MessageTypes TYPES = MessageTypes.builtIn();

  @Provide
  Arbitrary<String> yamlish() {
    return Arbitraries.of(
            "a",
            "name",
            "type",
            "metadata",
            "load_assignment",
            "'@type'",
            "value",
            ": ",
            ":",
            "- ",
            "? ",
            "{",
            "}",
            "[",
            "]",
            ",",
            "\n",
            "\n  ",
            "\n    ",
            "\t",
            "&a ",
            "*a",
            "<<",
            "!!str ",
            "!!merge ",
            "!!int ",
            "!!float ",
            "!!null ",
            "!!bool ",
            "!x ",
            "!<a> ",
            "!",
            "|",
            ">-",
            "'",
            "\"",
            "\\x",
            "\\",
            "%YAML 1.1\n",
            "%TAG ! x\n",
            "---\n",
            "...\n",
            "#",
            "~",
            "0x",
            "1e9",
            "-.inf",
            ".nan",
            "010",
            "EDS",
            "1s",
            "é",
            "\uD83D\uDE00",
            "\uD83D",
            "\uFEFF",
            "\u0085",
            "\u2028",
            "\0",
            "${x}",
            "${x:-y}",
            "type.googleapis.com/google.protobuf.Any")
        .list()
        .ofMaxSize(40)
        .map(parts -> String.join("", parts));
  }

  @Property(tries = 4000, shrinking = ShrinkingMode.FULL)
  void anyTextEndsInDocumentsOrProblems(@ForAll("yamlish") String content) {
    for (boolean produced : List.of(false, true)) {
      ProblemSink sink = new ProblemSink();
      Text text = new Text("f.yaml", content, produced);
      for (Node document : YamlText.parse(text, sink)) {
        int before = sink.sorted().size();
        boolean read =
            new ProtoReader(TYPES, text, sink).read(Cluster.getDescriptor(), document).isPresent();
        assertThat(read || sink.sorted().size() > before || sink.hasErrors()).isTrue();
        new YamlValues(text, sink, ProblemKind.BAD_VALUE).plain(document, "x");
      }
      assertThat(sink.sorted()).allSatisfy(problem -> assertThat(problem.message()).isNotBlank());
    }
  }

  @Property(tries = 1000)
  void anyBytesEndInATextOrAProblem(@ForAll byte[] bytes) {
    ProblemSink sink = new ProblemSink();
    assertThat(Text.decode("f.yaml", ByteString.copyFrom(bytes), sink).isPresent())
        .isNotEqualTo(sink.hasErrors());
  }
}
