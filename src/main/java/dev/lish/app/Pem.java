package dev.lish.app;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates and private keys from PEM files. */
final class Pem {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----([^-]*)-----END");

  private Pem() {}

  /**
   * The certificates of a file, in its order: the leaf first in a chain.
   *
   * @throws IOException naming the file, when it cannot be read or holds none
   */
  static List<X509Certificate> certificates(Path file) throws IOException {
    try (var in = new ByteArrayInputStream(Files.readAllBytes(file))) {
      List<X509Certificate> chain = new ArrayList<>();
      for (Certificate c : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        chain.add((X509Certificate) c);
      }
      if (chain.isEmpty()) {
        throw new IOException(file + ": no certificate (expected: -----BEGIN CERTIFICATE-----)");
      }
      return chain;
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": not a certificate in PEM: " + e.getMessage(), e);
    }
  }

  /**
   * The private key of a file, in PKCS#8.
   *
   * @throws IOException naming the file, when it cannot be read or holds no such key
   */
  static PrivateKey privateKey(Path file) throws IOException {
    Matcher matcher = KEY.matcher(Files.readString(file));
    String expected = "(expected: -----BEGIN PRIVATE KEY-----, unencrypted PKCS#8)";
    if (!matcher.find()) {
      throw new IOException(file + ": no private key " + expected);
    }
    if (!matcher.group(1).equals("PRIVATE KEY")) {
      throw new IOException(
          file + ": " + matcher.group(1) + " " + expected + "; `openssl pkcs8 -topk8 -nocrypt`");
    }
    PKCS8EncodedKeySpec spec;
    try {
      spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(matcher.group(2)));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": broken base64 in the private key " + expected, e);
    }
    for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
      Optional<PrivateKey> key = key(algorithm, spec);
      if (key.isPresent()) {
        return key.get();
      }
    }
    throw new IOException(file + ": a key that is neither RSA, EC nor Ed25519 " + expected);
  }

  private static Optional<PrivateKey> key(String algorithm, PKCS8EncodedKeySpec spec) {
    try {
      return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(spec));
    } catch (InvalidKeySpecException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }
}
