package dev.lish.render;

import com.google.common.base.Splitter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which names of Envoy's API which Envoy has, by minor version: messages, fields and values of
 * enums. {@code src/main/envoy-api} makes the list from the API's own descriptors.
 */
public final class ApiHistory {
  private static final String FILE = "envoy-api.txt";
  private static final Pattern VERSION = Pattern.compile("v?(\\d+\\.\\d+)(?:\\.\\d+)?");

  private final List<String> versions;
  private final Map<String, String> ages;

  private ApiHistory(List<String> versions, Map<String, String> ages) {
    this.versions = List.copyOf(versions);
    this.ages = Map.copyOf(ages);
  }

  /** What a name is in a version. */
  public enum Age {
    /** It is not there. */
    ABSENT,
    /** It is there, as far as is known. */
    CURRENT,
    /** It is there, and Envoy warns of it. */
    DEPRECATED,
    /** It is there, and Envoy refuses it unless a runtime key allows it. */
    DISALLOWED
  }

  /** What is known; read when it is first asked for, as few need it. */
  public static ApiHistory known() {
    return Known.HISTORY;
  }

  private static final class Known {
    static final ApiHistory HISTORY = read();
  }

  /** The minor versions that are known, such as 1.36; the oldest first. */
  public List<String> versions() {
    return versions;
  }

  /** The minor version that a text such as {@code 1.36} or {@code 1.36.2} means, if it is known. */
  public Optional<String> version(String text) {
    Matcher matcher = VERSION.matcher(text);
    return matcher.matches()
        ? Optional.of(matcher.group(1)).filter(versions::contains)
        : Optional.empty();
  }

  /**
   * What the name is in a version.
   *
   * @param name full, such as {@code envoy.config.cluster.v3.Cluster.type}
   * @param version one of {@link #versions()}
   */
  public Age age(String name, String version) {
    String letters = ages.get(name);
    if (letters == null) {
      return Age.CURRENT;
    }
    return switch (letters.charAt(versions.indexOf(version))) {
      case '-' -> Age.ABSENT;
      case 'd' -> Age.DEPRECATED;
      case 'x' -> Age.DISALLOWED;
      default -> Age.CURRENT;
    };
  }

  /** The versions in which the name is of an age, the oldest first. */
  public List<String> versions(String name, Age age) {
    return versions.stream().filter(version -> age(name, version) == age).toList();
  }

  /** What to say of a name that Lish's own descriptors lack; empty where no Envoy has it. */
  Optional<String> newer(String name) {
    // What all versions have is not in the list, but then Lish knows it too.
    return ages.containsKey(name)
        ? versions.stream()
            .filter(version -> age(name, version) != Age.ABSENT)
            .findFirst()
            .map(first -> "Envoy has it in %s, Lish's own API is older".formatted(first))
        : Optional.empty();
  }

  private static ApiHistory read() {
    List<String> versions = new ArrayList<>();
    Map<String, String> ages = new HashMap<>();
    try (InputStream in = ApiHistory.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException(FILE + " is not on the class path");
      }
      new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
          .lines()
          .map(line -> Splitter.on(' ').splitToList(line))
          .forEach(
              words -> {
                if (versions.isEmpty()) {
                  versions.addAll(words.subList(1, words.size()));
                } else {
                  ages.put(words.get(1), words.get(0));
                }
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new ApiHistory(versions, ages);
  }
}
