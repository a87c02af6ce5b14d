package dev.lish.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.lish.model.ContentHash;
import dev.lish.model.Resource;

/**
 * Whether a resource names another. Any occurrence of the name's bytes counts, whatever field they
 * are in: extensions refer to clusters in many ways, and a cluster kept for nothing costs little.
 */
final class Mentions {
  private record Question(ContentHash resource, String name) {}

  private final Recent<Question, Boolean> answers = Recent.ofCount(100_000);

  boolean in(Resource resource, String name) {
    return answers.get(new Question(resource.hash(), name), q -> contains(resource.body(), name));
  }

  private static boolean contains(ByteString body, String name) {
    byte[] wanted = name.getBytes(UTF_8);
    byte[] bytes = body.toByteArray();
    if (wanted.length == 0) {
      return false;
    }
    for (int i = 0; i <= bytes.length - wanted.length; i++) {
      int j = 0;
      while (j < wanted.length && bytes[i + j] == wanted[j]) {
        j++;
      }
      if (j == wanted.length) {
        return true;
      }
    }
    return false;
  }
}
