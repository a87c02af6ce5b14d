package dev.lish.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
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

/**
 * A PEM file as it was read.
 *
 * @param file where it is, for messages
 * @param content whatever is in it
 */
record Pem(Path file, ByteString content) {
  private static final int MAX_BYTES = 1 << 20;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
  private static final String EXPECTED_KEY =
      " (expected: -----BEGIN PRIVATE KEY-----, unencrypted PKCS#8)";

  /** Reads the file; an exception names it, and says why it cannot be read. */
  static Pem read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MAX_BYTES + 1);
      if (content.length > MAX_BYTES) {
        throw new IOException(file + ": larger than 1 MiB (expected: PEM)");
      }
      return new Pem(file, ByteString.copyFrom(content));
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": no such file", e);
    } catch (AccessDeniedException e) {
      throw new IOException(file + ": permission denied", e);
    }
  }

  private record Block(String label, String text) {}

  private List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    // What is not a block is a comment, as `openssl x509 -text` writes them.
    Matcher matcher = BLOCK.matcher(content.toString(ISO_8859_1));
    while (matcher.find()) {
      blocks.add(new Block(matcher.group(1), matcher.group(2)));
    }
    return blocks;
  }

  /**
   * Its certificates, in its order: the leaf first in a chain.
   *
   * @throws IOException naming the file, when it holds none or a broken one
   */
  List<X509Certificate> certificates() throws IOException {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Block block : blocks()) {
        if (block.label.equals("CERTIFICATE")) {
          var der = new ByteArrayInputStream(decode(block));
          chain.add((X509Certificate) factory.generateCertificate(der));
        }
      }
    } catch (GeneralSecurityException e) {
      throw new IOException(
          file + ": certificate " + (chain.size() + 1) + " is broken: " + e.getMessage(), e);
    }
    if (chain.isEmpty()) {
      throw new IOException(file + ": no certificate (expected: -----BEGIN CERTIFICATE-----)");
    }
    return chain;
  }

  /**
   * Its private key, in PKCS#8.
   *
   * @throws IOException naming the file, when it holds no such key
   */
  PrivateKey privateKey() throws IOException {
    List<Block> keys = blocks().stream().filter(b -> b.label.endsWith("PRIVATE KEY")).toList();
    if (keys.isEmpty()) {
      throw new IOException(file + ": no private key" + EXPECTED_KEY);
    }
    Block block = keys.get(0);
    if (!block.label.equals("PRIVATE KEY")) {
      throw new IOException(
          file
              + ": "
              + block.label
              + EXPECTED_KEY
              + "; `openssl pkcs8 -topk8 -nocrypt -in "
              + file
              + "` converts it");
    }
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(decode(block));
    for (String algorithm : List.of("RSA", "EC")) {
      Optional<PrivateKey> key = key(algorithm, spec);
      if (key.isPresent()) {
        return key.get();
      }
    }
    // BoringSSL, which is Envoy's TLS and ours, takes no Ed25519 certificates.
    String found = key("Ed25519", spec).isPresent() ? "an Ed25519 key" : "an unknown kind of key";
    throw new IOException(file + ": " + found + " (expected: RSA or EC, which Envoy accepts)");
  }

  private byte[] decode(Block block) throws IOException {
    try {
      return Base64.getMimeDecoder().decode(block.text);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": broken base64 in " + block.label, e);
    }
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

  /** Never the content: it may be a private key. */
  @Override
  public String toString() {
    return "Pem[" + file + "]";
  }
}
