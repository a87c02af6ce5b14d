package dev.lish.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.model.Problem;
import dev.lish.model.ProblemKind;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.snakeyaml.engine.v2.nodes.Node;

class YamlTextTest {
  private final ProblemSink sink = new ProblemSink();

  @Test
  void everyDocumentIsReadAndEmptyOnesAreDropped() {
    List<Node> documents = parse("# only a comment\n---\na: 1\n---\n---\nb: 2\n---\n~\n");
    assertThat(documents).extracting(YamlText::line).containsExactly(3, 6);
    assertThat(sink.sorted()).isEmpty();
  }

  @Test
  void anEmptyFileHasNoDocuments() {
    assertThat(parse("")).isEmpty();
    assertThat(parse("\n# nothing\n")).isEmpty();
    assertThat(sink.sorted()).isEmpty();
  }

  @Test
  void scalarsFollowTheCoreSchemaOfYaml12() {
    assertThat(plain("[1, -2, 0x1F, 0o17, 1.5, 1e3, .inf, true, False, ~, null, yes, 'no', \"1\"]"))
        .isEqualTo(
            Arrays.asList(
                1L,
                -2L,
                31L,
                15L,
                1.5,
                1000.0,
                Double.POSITIVE_INFINITY,
                true,
                false,
                null,
                null,
                "yes",
                "no",
                "1"));
    assertThat(plain("['', 2024-01-01, 1_000, <<, 12:30, !!str 5]"))
        .isEqualTo(List.of("", "2024-01-01", "1_000", "<<", "12:30", "5"));
    assertThat(sink.sorted()).isEmpty();
  }

  @Test
  void aVariableOfTheEnvironmentIsText() {
    assertThat(plain("a: ${HOME}")).isEqualTo(Map.of("a", "${HOME}"));
  }

  @Test
  void aKeyTwiceNamesBothLines() {
    parse("name: a\ntype: EDS\nname: b\n");
    assertThat(sink.sorted())
        .containsExactly(
            Problem.of(
                ProblemKind.SYNTAX,
                "f.yaml",
                3,
                "key \"name\" twice, first on line 1 (expected: once)"));
  }

  @Test
  void anAliasIsTheValueOfItsAnchor() {
    assertThat(plain("a: &x { n: 1 }\nb: *x\nc: [ *x ]\n"))
        .isEqualTo(
            Map.of("a", Map.of("n", 1L), "b", Map.of("n", 1L), "c", List.of(Map.of("n", 1L))));
    assertThat(sink.sorted()).isEmpty();
  }

  @Test
  void anchorsDoNotCrossDocuments() {
    assertThat(parse("a: &x 1\n---\nb: *x\n")).isEmpty();
    assertThat(only()).startsWith("f.yaml:3: not valid YAML: found undefined alias");
  }

  @Test
  void aMergeKeyGivesWhatTheMapDoesNotHave() {
    assertThat(
            plain(
                """
                base: &base { timeout: 1s, retries: 2 }
                more: &more { retries: 9, extra: true }
                one: { <<: *base, timeout: 5s }
                two: { timeout: 7s, <<: [ *base, *more ] }
                chain: &chain
                  <<: *more
                  own: 1
                three:
                  <<: *chain
                """))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
        .containsEntry("one", Map.of("timeout", "5s", "retries", 2L))
        .containsEntry("two", Map.of("timeout", "7s", "retries", 2L, "extra", true))
        .containsEntry("three", Map.of("retries", 9L, "extra", true, "own", 1L));
    assertThat(sink.sorted()).isEmpty();
  }

  @Test
  void aQuotedMergeKeyIsAKey() {
    assertThat(plain("{ '<<': 1 }")).isEqualTo(Map.of("<<", 1L));
  }

  @Test
  void aMergeOfSomethingElseIsAProblem() {
    parse("a:\n  <<: 5\n");
    assertThat(only())
        .isEqualTo("f.yaml:2: found number 5 after << (expected: a map or a list of maps)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`a:\\n\\tb: 1\\n` | 2 | found a tab (expected: spaces)",
        "`a: 1\\n\\tb: 1\\n` | 2 | found a tab (expected: spaces)",
        "`a: 1\\nb: \"\\\\x` | 2 | not valid YAML: an escape that is cut off",
        "`a: [1, 2\\nb: 3\\n` | 2 | not valid YAML",
        "`a: 'x\\n\\nb: 1\\n` | 4 | not valid YAML",
        "`a: {{ name }}\\n` | 1 | found a key that is a list or a map",
        "`ok: 1\\nbad: a\\0b\\n` | 2 | found the character U+0000",
        "`a: &x [ *x ]\\n` | 1 | found an anchor whose value contains itself",
        "`a: &x\\n  <<: *x\\n` | 1 | found an anchor whose value contains itself",
        "`a: &x\\n  !!merge <<: *x\\n` | 2 | not valid YAML: found the tag !!merge",
        "`a: *nope\\n` | 1 | not valid YAML: found undefined alias",
      })
  void badTextIsAProblemWithItsLine(String escaped, int line, String message) {
    parse(escaped.translateEscapes());
    assertThat(sink.sorted()).hasSize(1);
    assertThat(sink.sorted().get(0).line()).isEqualTo(line);
    assertThat(sink.sorted().get(0).message()).startsWith(message);
  }

  @Test
  void invalidUtf8IsAProblemWithItsLine() {
    ByteString bytes = ByteString.copyFromUtf8("a: 1\nb: ").concat(bytes(0xC3, 0x28, '\n'));
    assertThat(Text.decode("f.yaml", bytes, sink)).isEmpty();
    assertThat(only())
        .isEqualTo("f.yaml:2: found byte 0xC3, which is not UTF-8 (expected: text in UTF-8)");
  }

  @Test
  void aTruncatedCharacterAtTheEndIsAProblem() {
    ByteString bytes = ByteString.copyFromUtf8("a: 1\nb: ").concat(bytes(0xE2, 0x82));
    assertThat(Text.decode("f.yaml", bytes, sink)).isEmpty();
    assertThat(only()).startsWith("f.yaml:2: found byte 0xE2, which is not UTF-8");
  }

  @Test
  void aByteOrderMarkIsDropped() {
    ByteString bytes = bytes(0xEF, 0xBB, 0xBF).concat(ByteString.copyFromUtf8("a: é"));
    assertThat(Text.decode("f.yaml", bytes, sink).orElseThrow().content()).isEqualTo("a: é");
  }

  @Test
  void aFileOfFiveMegabytesIsAProblem() {
    ByteString bytes = ByteString.copyFrom(new byte[5 << 20]);
    assertThat(Text.decode("f.yaml", bytes, sink)).isEmpty();
    assertThat(only()).isEqualTo("f.yaml: found 5242880 bytes (expected: at most 4194304)");
  }

  @Test
  void aFileJustBelowTheLimitWorks() {
    String line = "- { name: a-cluster, value: some text that goes on for a while, n: 12345 }\n";
    String content = line.repeat(Text.MAX_BYTES / line.length());
    List<Node> documents = parse(content);
    assertThat(sink.sorted()).isEmpty();
    assertThat(documents).hasSize(1);
  }

  @Test
  void anEntityBombIsAProblem() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 12; i++) {
      String alias = "*a" + (i - 1);
      bomb.append(
          "a%d: &a%d [%s]\n"
              .formatted(
                  i,
                  i,
                  String.join(
                      ",",
                      Arrays.asList(
                          alias, alias, alias, alias, alias, alias, alias, alias, alias, alias))));
    }
    assertThat(parse(bomb.toString())).isEmpty();
    assertThat(only()).contains("more than 1000000 YAML nodes once aliases are followed");
  }

  @Test
  void aBombOfMergeKeysIsAProblem() {
    StringBuilder bomb = new StringBuilder("base: &b\n");
    for (int i = 0; i < 5_000; i++) {
      bomb.append("  k").append(i).append(": 1\n");
    }
    bomb.append("all:\n");
    bomb.append("- { <<: *b }\n".repeat(100_000));
    assertThat(parse(bomb.toString())).isEmpty();
    assertThat(only()).contains("more than 1000000 YAML nodes once aliases are followed");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {"[", "`{a: `", "`- `", "`? `"})
  void deepNestingIsAProblem(String open) {
    assertThat(parse(open.repeat(100_000))).isEmpty();
    assertThat(only()).contains("nested deeper than 128 levels");
  }

  @Test
  void nestingThroughAliasesCounts() {
    StringBuilder deep = new StringBuilder("a0: &a0 x\n");
    for (int i = 1; i < 200; i++) {
      deep.append("a%d: &a%d [*a%d]\n".formatted(i, i, i - 1));
    }
    assertThat(parse(deep.toString())).isEmpty();
    assertThat(only()).contains("nested deeper than 128 levels once aliases are followed");
  }

  @Test
  void anUnknownTagIsAProblem() {
    plain("a: !secret x\n");
    assertThat(only())
        .isEqualTo("f.yaml:1: x.a: found tag !secret (expected: a value without a tag)");
  }

  @Test
  void aNumberWithALeadingZeroIsAProblem() {
    plain("mode: 0755\n");
    assertThat(only()).startsWith("f.yaml:1: x.mode: found number 0755 (expected: ");
  }

  @Test
  void aProblemInProducedTextShowsTheExcerpt() {
    Text text = new Text("t.yaml.peb", "a: 1\nb: 2\nc: 3\nb: 4\ne: 5\nf: 6\ng: 7\n", true);
    YamlText.parse(text, sink);
    assertThat(sink.sorted())
        .containsExactly(
            Problem.of(
                ProblemKind.SYNTAX,
                "t.yaml.peb",
                0,
                """
                key "b" twice, first on output line 2 (expected: once)
                  in what the template produced:
                        2 | b: 2
                        3 | c: 3
                  >     4 | b: 4
                        5 | e: 5
                        6 | f: 6"""));
  }

  @Test
  void aProducedProblemNamesTheTemplateLineWhereItIsKnown() {
    Text text = new Text("t.yaml.peb", "a: 1\na: 2\n", true, line -> line * 10);
    YamlText.parse(text, sink);
    assertThat(sink.sorted()).extracting(Problem::line).containsExactly(20);
  }

  @Test
  void anExcerptOfSecretsHidesValues() {
    Text text = new Text("edge/secrets/t.yaml.peb", "k: hunter2\nk: |\n  hunter3\n", true);
    YamlText.parse(text, sink);
    assertThat(only()).contains("k: [redacted]").doesNotContain("hunter");
  }

  private List<Node> parse(String content) {
    return YamlText.parse(new Text("f.yaml", content, false), sink);
  }

  private @Nullable Object plain(String content) {
    Text text = new Text("f.yaml", content, false);
    List<Node> documents = YamlText.parse(text, sink);
    assertThat(documents).hasSize(1);
    return new YamlValues(text, sink, ProblemKind.BAD_VALUE).plain(documents.get(0), "x");
  }

  private String only() {
    assertThat(sink.sorted()).hasSize(1);
    return sink.sorted().get(0).toString();
  }

  private static ByteString bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return ByteString.copyFrom(bytes);
  }
}
