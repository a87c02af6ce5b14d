package dev.lish.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Who belongs to a stage.
 *
 * @param name the stage
 * @param match the nodes it may take; for a stage that {@code renders} another, that one's
 * @param percent how many of the matching nodes it takes, above 0 and at most 100
 */
public record StageRule(String name, NodeMatch match, double percent) {
  private static final BigDecimal TWO_TO_64 = new BigDecimal(BigInteger.ONE.shiftLeft(64));

  /** Checks the percentage. */
  public StageRule {
    if (!(percent > 0 && percent <= 100)) {
      throw new IllegalArgumentException("percent: " + percent + " (expected: above 0, up to 100)");
    }
  }

  /**
   * True when the node matches and its share is below the percentage: the first 8 bytes of
   * SHA-256(stage, NUL, node.id), unsigned, below percent/100 of 2^64; so raising it only adds
   * nodes.
   */
  public boolean takes(Node node) {
    return match.matches(node) && (percent == 100 || share(node.id()).compareTo(limit()) < 0);
  }

  private BigDecimal share(String nodeId) {
    try {
      byte[] sum =
          MessageDigest.getInstance("SHA-256").digest((name + "\0" + nodeId).getBytes(UTF_8));
      return new BigDecimal(new BigInteger(1, Arrays.copyOf(sum, 8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private BigDecimal limit() {
    return BigDecimal.valueOf(percent).multiply(TWO_TO_64).movePointLeft(2);
  }
}
