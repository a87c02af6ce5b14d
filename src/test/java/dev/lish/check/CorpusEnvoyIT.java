package dev.lish.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.check.Corpus.Case;
import dev.lish.model.ResourceType;
import dev.lish.testing.Envoys.Envoy;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real Envoys say to the corpus what the records beside it say. {@code -Dlish.record=true} writes
 * the records anew, and {@link CorpusTest} then tells what check does not find.
 */
class CorpusEnvoyIT {
  private static final int LONGEST = 300;
  private static final Pattern RULE =
      Pattern.compile("Proto constraint validation failed \\([^\\n]*");

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void envoySaysWhatIsRecorded(Envoy envoy) throws IOException {
    for (String folder : new String[] {"bad", "good"}) {
      Map<String, String> said = askTwice(envoy, folder);
      String version = envoy.version().toString();
      if (Boolean.getBoolean("lish.record")) {
        StringBuilder lines = new StringBuilder();
        said.forEach((name, answer) -> lines.append(name + ": " + answer + "\n"));
        Files.writeString(Corpus.file(folder, version), lines, UTF_8);
      }
      assertThat(said).isEqualTo(Corpus.recorded(folder, version));
    }
  }

  /** Clusters that come and go within milliseconds make an Envoy 1.36 crash now and then. */
  private static Map<String, String> askTwice(Envoy envoy, String folder) {
    try {
      return ask(envoy, folder);
    } catch (AskedEnvoy.Crashed once) {
      try {
        return ask(envoy, folder);
      } catch (AskedEnvoy.Crashed twice) {
        twice.addSuppressed(once);
        throw new AssertionError(twice);
      }
    }
  }

  private static Map<String, String> ask(Envoy envoy, String folder) throws AskedEnvoy.Crashed {
    Map<ResourceType, Map<String, ByteString>> base = Corpus.base();
    ByteString secret = base.getOrDefault(ResourceType.SECRET, Map.of()).get("sds");
    Map<String, String> said = new TreeMap<>();
    try (AskedEnvoy asked =
        new AskedEnvoy(envoy, base, (type, name) -> type == ResourceType.SECRET ? secret : null)) {
      for (Case each : Corpus.read(folder)) {
        Map<String, ByteString> bodies = each.bodies();
        // What Lish cannot read it never sends.
        said.put(each.name(), bodies.isEmpty() ? "not sent" : one(asked.ask(each.type(), bodies)));
      }
      assertThat(asked.complaints()).isEmpty();
    }
    return said;
  }

  /** The rule that is broken, or the first line, without what is random in it. */
  private static String one(String answer) {
    Matcher rule = RULE.matcher(answer);
    if (rule.find()) {
      return rule.group();
    }
    String line =
        answer
            .lines()
            .findFirst()
            .orElse("")
            .replaceAll("127\\.0\\.0\\.1:\\d+|(?<=search path: ).*|goo\\.gle/debug[a-z]+ *", "…");
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
  }
}
