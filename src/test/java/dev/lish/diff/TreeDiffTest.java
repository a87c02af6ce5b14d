package dev.lish.diff;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Fields that differ, and where. */
class TreeDiffTest {
  private static List<String> between(Object before, Object after) {
    return TreeDiff.between(before, after).stream().map(FieldChange::toString).toList();
  }

  private static Map<String, Object> map(Object... pairs) {
    TreeMap<String, Object> map = new TreeMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], pairs[i + 1]);
    }
    return map;
  }

  @Test
  void equalTreesHaveNoChanges() {
    assertThat(between(map("a", List.of(1, map("b", "c"))), map("a", List.of(1, map("b", "c")))))
        .isEmpty();
  }

  @Test
  void scalarsAndMissingFieldsAreTold() {
    assertThat(between(map("a", map("b", 1, "c", "x")), map("a", map("b", 2, "d", List.of("y")))))
        .containsExactly("a.b: 1 -> 2", "a.c: \"x\" -> (not set)", "a.d: (not set) -> [ \"y\" ]");
  }

  @Test
  void elementsWithNamesAreComparedByNameAndTheirOrderCounts() {
    Object before = map("f", List.of(map("name", "a", "x", 1), map("name", "b"), map("name", "c")));
    Object after = map("f", List.of(map("name", "b"), map("name", "a", "x", 2), map("name", "d")));
    assertThat(between(before, after))
        .containsExactly(
            "f[a].x: 1 -> 2",
            "f[c]: { \"name\": \"c\" } -> (not set)",
            "f[d]: (not set) -> { \"name\": \"d\" }",
            "f (order): [ \"a\", \"b\" ] -> [ \"b\", \"a\" ]");
  }

  @Test
  void anElementPutInTheMiddleIsOneChange() {
    assertThat(between(List.of(1, 2, 3), List.of(1, 9, 2, 3)))
        .containsExactly("[1]: (not set) -> 9");
    assertThat(between(List.of(1, 2, 3, 4), List.of(1, 4)))
        .containsExactly("[1]: 2 -> (not set)", "[2]: 3 -> (not set)");
    assertThat(between(List.of(1, 2, 3), List.of(1, 8, 9, 3)))
        .containsExactly("[1]: 2 -> 8", "[2]: (not set) -> 9");
    assertThat(between(List.of(1, 1), List.of(1))).containsExactly("[1]: 1 -> (not set)");
  }

  @Test
  void namesThatComeTwiceAreComparedByPlace() {
    Object before = List.of(map("name", "a", "x", 1), map("name", "a", "x", 2));
    Object after = List.of(map("name", "a", "x", 1), map("name", "a", "x", 3));
    assertThat(between(before, after)).containsExactly("[1].x: 2 -> 3");
  }
}
