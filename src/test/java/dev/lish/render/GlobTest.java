package dev.lish.render;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
  @ParameterizedTest
  @CsvSource({
    "common/**, common/clusters/a.yaml, true",
    "common/**, common/a.yaml, true",
    "common/**, common, false",
    "common/**, commonx/a.yaml, false",
    "**, a.yaml, true",
    "**, a/b/c.yaml, true",
    "**/a.yaml, a.yaml, true",
    "**/a.yaml, x/y/a.yaml, true",
    "**/a.yaml, x/y/ba.yaml, false",
    "a/**/b/*.yaml, a/b/c.yaml, true",
    "a/**/b/*.yaml, a/x/y/b/c.yaml, true",
    "a/**/b/*.yaml, a/xb/c.yaml, false",
    "a/*/c.yaml, a/b/c.yaml, true",
    "a/*/c.yaml, a/b/d/c.yaml, false",
    "a/*, a/b/c.yaml, false",
    "*.yaml, a/b.yaml, false",
    "a?.yaml, ab.yaml, true",
    "a?.yaml, a/.yaml, false",
    "a?.yaml, a.yaml, false",
    "a/**.yaml, a/b/c.yaml, true",
    "a.yaml, a.yaml, true",
    "a.yaml, axyaml, false",
    "(a|b)+.yaml, a.yaml, false",
  })
  void matches(String glob, String path, boolean expected) {
    assertThat(new Glob(glob).matches(path)).isEqualTo(expected);
  }

  @Test
  void isQuickWhateverTheGlob() {
    Glob glob = new Glob("**a".repeat(500) + "b");
    assertThat(glob.matches("a".repeat(2000))).isFalse();
  }
}
