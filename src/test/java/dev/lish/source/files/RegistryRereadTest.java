package dev.lish.source.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.source.Listing;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryRereadTest {
  private static final String TEXT =
      """
      # The services.
      services:
        a:
          tags: [v1]
          instances:
            - { id: one, address: 10.0.0.1, port: 80, metadata: { m: "1" } }
            - 10.0.0.2:80
        b: [ 10.0.1.1:80 ]
        # Of c there is much to say.
        c:
          metadata:
            note: |
              any text,
              a: [
          instances:
            - { address: 10.0.2.1, port: 80 }

        d: [ 10.0.3.1:80,
             10.0.3.2:80 ]
        e: { instances: [] }
      """;

  /** Characters and lines that mean something in YAML. */
  private static final List<String> SCRAPS =
      List.of(
          "\n",
          " ",
          "  ",
          ":",
          "-",
          "- ",
          "#",
          "[",
          "]",
          "{",
          "}",
          "'",
          "\"",
          "|",
          ">",
          "\t",
          "\r",
          "&x ",
          "*x",
          "!!str ",
          "? ",
          "...\n",
          "---\n",
          "x",
          "1",
          ",",
          "é",
          "\u2028",
          "%",
          "  f: []\n",
          "  a: []\n",
          "f: []\n",
          "   g: []\n",
          "      - 10.0.9.9:80\n",
          "    - 10.0.8.8:80\n");

  @Test
  void everyEditIsReadAsIfTheFileWereRead() {
    Random random = new Random(1);
    for (int round = 0; round < 400; round++) {
      RegistryReread reread = new RegistryReread("r.yaml");
      String text = TEXT;
      for (int edit = 0; edit < 12; edit++) {
        assertSame(reread, text);
        text = edited(RegistryFile.parse("r.yaml", ByteString.copyFromUtf8(text)), text, random);
      }
    }
  }

  /** Goes on from a valid text, else from the first. */
  private static String edited(RegistryFile was, String text, Random random) {
    String from = was.match(valid -> text, broken -> TEXT);
    int at = random.nextInt(from.length() + 1);
    int until = Math.min(from.length(), at + (random.nextBoolean() ? 0 : random.nextInt(30)));
    String scrap = random.nextInt(4) == 0 ? "" : SCRAPS.get(random.nextInt(SCRAPS.size()));
    return from.substring(0, at) + scrap + from.substring(until);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "  b: [ 10.0.1.1:81 ]\n",
        "  b: [ 10.0.1.1:80 ]\n  b2: [ 10.0.1.3:80 ]\n",
        "",
        "  b: [ 10.0.1.1:80\n",
        "  b: [ 10.0.1.1:80 ]\n  a: []\n",
        "  b: '10.0.1.1:80\n",
        "   b: [ 10.0.1.1:80 ]\n",
        "    - 10.0.1.9:80\n",
        "      - 10.0.1.9:80\n",
        "  b: [ 10.0.1.1:80 ]\n...\n",
        "  b: [ 10.0.1.1:80 ]\nother: 1\n",
        "  b: &x [ 10.0.1.1:80 ]\n",
      })
  void oneServiceReplacedIsReadAsIfTheFileWereRead(String service) {
    RegistryReread reread = new RegistryReread("r.yaml");
    assertSame(reread, TEXT);
    assertSame(reread, TEXT.replace("  b: [ 10.0.1.1:80 ]\n", service));
    assertSame(reread, TEXT);
  }

  @Test
  void servicesThatDidNotChangeAreNotReadAnew() {
    RegistryReread reread = new RegistryReread("r.yaml");
    Listing first = services(reread.read(ByteString.copyFromUtf8(TEXT)));
    String moved = TEXT.replace("10.0.1.1:80", "10.0.1.1:8081");
    Listing second = services(reread.read(ByteString.copyFromUtf8(moved)));
    for (String name : List.of("a", "c", "d", "e")) {
      assertThat(second.services().get(name)).isSameAs(first.services().get(name));
    }
    assertThat(second.instances("b", "")).extracting("port").containsExactly(8081);
  }

  private static void assertSame(RegistryReread reread, String text) {
    ByteString content = ByteString.copyFromUtf8(text);
    assertThat(reread.read(content)).as(text).isEqualTo(RegistryFile.parse("r.yaml", content));
  }

  private static Listing services(RegistryFile file) {
    return file.match(
        valid -> valid.listing(),
        broken -> {
          throw new AssertionError(broken.problems());
        });
  }
}
