package dev.lish.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RepeatsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "a{3}b{4} 4",
        "(a{3}){4} 12",
        "(a{3}|b{5}c){2,4} 20",
        "((a{2,}){3})+x{7} 7",
        "(a{1000}){10} 10000",
        "(a{0}){4} 4",
        "[{4}(a{9}]{2} 2",
        "[]{9}]{2} 2",
        "[^]{9}]{2} 2",
        "\\{4}(x){3} 3",
        "a{,5} 1",
        "(?:a{20}){2}(?i)b 40",
        "[[:alpha:]{9}]{2} 2",
      })
  void countsWithinEachOtherMultiply(String regex, long most) {
    assertThat(Repeats.most(regex)).isEqualTo(most);
  }
}
