package dev.lish.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates of paths, held against what Envoys 1.36 and 1.40 said to each in a route's match. */
class MatchTemplateTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/{a}",
        "/**/a",
        "/{a=**}/b",
        "/{a=b/*}",
        "/{a=*}/x",
        "/{a=**}/{b=c}",
        "/a/",
        "/{a}/",
        "/*/**.m3u8",
        "/{a}b"
      })
  void whatEnvoysTakeIsFine(String template) {
    assertThat(MatchTemplate.wrong(template)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "/{a",
        "/}",
        "/{}",
        "/{1a}",
        "/{a}/{a}",
        "/{a=}",
        "/a//b",
        "/a b",
        "/a{b}c",
        "/a{b}",
        "/{{a}}",
        "/{a}{b}",
        "/{a}b/c",
        "/*b/c",
        "/{a= }",
        "/{a=/b}",
        "/{a=b/}",
        "/{a=*b}",
        "/{a=***}",
        "/*/**/{x}",
        "/{a=*/**/*}",
        "/**/**",
        "/{a}/{b}/{c}/{d}/{e}/{f}",
        "/{a12345678901234567}"
      })
  void whatEnvoysRefuseIsFound(String template) {
    assertThat(MatchTemplate.wrong(template)).isPresent();
  }
}
