package dev.lish.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.render.MessageTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Each HTTP filter, configuration of routes and cluster type that both the API on the class path
 * and an Envoy have is in a good case, or in {@code good/without-case.txt} with the reason.
 */
class GoodCorpusTest {
  @Test
  void everyFilterAndClusterTypeHasACaseOrAReason() throws IOException {
    Map<String, String> reasons = new TreeMap<>();
    for (String line : Files.readAllLines(Corpus.FOLDER.resolve("good/without-case.txt"))) {
      int end = line.indexOf(' ');
      assertThat(end).as("a reason in: " + line).isPositive();
      reasons.put(line.substring(0, end), line.substring(end + 1).strip());
    }
    String cases =
        Corpus.read("good").stream().map(Corpus.Case::text).collect(Collectors.joining("\n"));
    Set<String> types = new TreeSet<>(Extensions.ofKind("envoy.filters.http"));
    types.addAll(Extensions.ofKind("envoy.clusters"));
    types.removeIf(type -> MessageTypes.builtIn().find(type).isEmpty());
    assertThat(types).hasSizeGreaterThan(70);
    List<String> wrong = new ArrayList<>();
    for (String type : types) {
      boolean has = cases.contains("type.googleapis.com/" + type);
      if (has == reasons.containsKey(type)) {
        wrong.add(type + (has ? ": a case and a reason" : ": neither a case nor a reason"));
      }
    }
    reasons.keySet().stream().filter(t -> !types.contains(t)).forEach(t -> wrong.add(t + ": gone"));
    assertThat(wrong).isEmpty();
  }
}
