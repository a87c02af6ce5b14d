package dev.lish.serve;

import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Which resources an Envoy's message is about. */
public final class Blamed {
  private static final Pattern WORD = Pattern.compile("\\p{L}+");

  /** What a name follows, as Envoys write it; the brackets are those of {@code cluster(s)}. */
  private static final String NOUN =
      "(?<=\\b(?:cluster|listener|configuration|config|secret|runtime|layer|filter|resource)"
          + "(?:\\(s\\)|s)? )";

  private Blamed() {}

  /**
   * Those of the names that the message sets apart as such; where it does so with none, those that
   * stand in it and can be no word of a sentence. In the order of {@code names}; may be empty.
   */
  public static List<String> in(String message, Collection<String> names) {
    List<String> apart = some(names, name -> setsApart(message, name));
    return apart.isEmpty() ? some(names, name -> mentions(message, name)) : apart;
  }

  private static List<String> some(Collection<String> names, Predicate<String> isMeant) {
    return names.stream().filter(isMeant).toList();
  }

  /** {@code a: …}, {@code 'a'}, {@code cluster a}. */
  private static boolean setsApart(String message, String name) {
    return apart(name, NOUN, "").matcher(message).find()
        || apart(name, "", "(?=:\\s)").matcher(message).find()
        || apart(name, "(?<=['\"`(\\[])", "(?=['\"`)\\]])").matcher(message).find();
  }

  private static boolean mentions(String message, String name) {
    return !WORD.matcher(name).matches() && apart(name, "", "").matcher(message).find();
  }

  /** The name by itself: {@code api} is not meant by {@code api-2} or {@code api.v1}. */
  private static Pattern apart(String name, String before, String behind) {
    return Pattern.compile(
        before + "(?<![\\w/.-])" + Pattern.quote(name) + "(?![\\w/-]|\\.\\w)" + behind);
  }
}
