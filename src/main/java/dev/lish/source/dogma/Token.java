package dev.lish.source.dogma;

/**
 * An access token of Central Dogma; empty for anonymous. It never shows in a log.
 *
 * @param secret the token itself
 */
public record Token(String secret) {
  /** No token. */
  public static final Token ANONYMOUS = new Token("");

  /** Takes off the line end that a file with a token has. */
  public Token {
    secret = secret.strip();
  }

  /** True when there is none. */
  public boolean isAnonymous() {
    return secret.isEmpty();
  }

  @Override
  public String toString() {
    return isAnonymous() ? "Token[anonymous]" : "Token[redacted]";
  }
}
