package dev.lish.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.base.Splitter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lists that lie beside the classes: a word, a space, and more words on each line. */
final class Lines {
  private Lines() {}

  /** The first word of each line, and the others. */
  static Map<String, List<String>> read(String file) {
    try (InputStream in = Lines.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("no " + file + " beside the classes");
      }
      Map<String, List<String>> lines = new LinkedHashMap<>();
      BufferedReader reader = new BufferedReader(new InputStreamReader(in, UTF_8));
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        List<String> words = Splitter.on(' ').omitEmptyStrings().splitToList(line);
        if (!words.isEmpty()) {
          lines.put(words.get(0), words.subList(1, words.size()));
        }
      }
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
