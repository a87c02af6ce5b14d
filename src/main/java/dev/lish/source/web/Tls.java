package dev.lish.source.web;

import java.nio.file.Path;
import java.util.Optional;

/**
 * PEM files of a client; a client certificate needs its key.
 *
 * @param authorities who signed the server's certificate; empty: the platform's
 * @param certificate what we show
 * @param key its private key
 */
public record Tls(Optional<Path> authorities, Optional<Path> certificate, Optional<Path> key) {
  /** The platform's certificate authorities, no certificate of our own. */
  public static final Tls PLATFORM = new Tls(Optional.empty(), Optional.empty(), Optional.empty());

  /** Checks that certificate and key come together. */
  public Tls {
    if (certificate.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException(
          "certificate: "
              + certificate.map(Path::toString).orElse("none")
              + ", key: "
              + key.map(Path::toString).orElse("none")
              + " (expected: both or none)");
    }
  }
}
