package dev.lish.trial.wire;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Signs certificates (RFC 5280) that are good for one test. The JDK can read but not make them.
 * Safe for use by several threads.
 */
public final class Authority {
  /** Algorithms of keys, as the JDK names them. */
  static final String EC = "EC";

  static final String RSA = "RSA";

  private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
  private static final byte[] SERVER_AUTH = Der.oid("1.3.6.1.5.5.7.3.1");
  private static final byte[] CLIENT_AUTH = Der.oid("1.3.6.1.5.5.7.3.2");
  private static final Duration EARLIER = Duration.ofDays(1);
  private static final Duration LATER = Duration.ofDays(30);
  private static final int LONGEST_COMMON_NAME = 64;

  // One key of each kind serves all certificates: a new one would show nothing more.
  private static final Map<String, KeyPair> KEYS = new HashMap<>();

  private final String name;
  private final KeyPair own = pair(EC);
  private final X509Certificate certificate;

  /** A new one, which signs itself. */
  public Authority(String name) {
    this.name = name;
    byte[] basic = extension("2.5.29.19", true, Der.sequence(Der.bool(true)));
    // keyCertSign and cRLSign.
    byte[] usage = extension("2.5.29.15", true, Der.bitString(1, new byte[] {0x06}));
    this.certificate = sign(name, own.getPublic(), Der.sequence(basic, usage));
  }

  /** Its certificate, PEM. */
  public String pem() {
    return Issued.pem(certificate);
  }

  /** A certificate for a server or a client, with an EC key. */
  public Issued issue(List<Name> names) {
    return issue(names, EC);
  }

  /** The same with a key of this algorithm, {@link #EC} or {@link #RSA}. */
  Issued issue(List<Name> names, String algorithm) {
    KeyPair pair = key(algorithm);
    byte[] basic = extension("2.5.29.19", true, Der.sequence());
    // digitalSignature and keyEncipherment.
    byte[] usage = extension("2.5.29.15", true, Der.bitString(5, new byte[] {(byte) 0xa0}));
    byte[] extended = extension("2.5.29.37", false, Der.sequence(SERVER_AUTH, CLIENT_AUTH));
    byte[] extensions =
        names.isEmpty()
            ? Der.sequence(basic, usage, extended)
            : Der.sequence(basic, usage, extended, names(names));
    String common = names.isEmpty() ? "lish test" : names.get(0).text();
    return new Issued(
        sign(
            common.substring(0, Math.min(common.length(), LONGEST_COMMON_NAME)),
            pair.getPublic(),
            extensions),
        pair.getPrivate());
  }

  /** Makes the RSA key, which may take longer than a client waits for a handshake. */
  public static void prepareRsa() {
    var unused = key(RSA);
  }

  private static KeyPair key(String algorithm) {
    synchronized (KEYS) {
      return KEYS.computeIfAbsent(algorithm, Authority::pair);
    }
  }

  private static byte[] names(List<Name> names) {
    byte[][] all = names.stream().map(Authority::generalName).toArray(byte[][]::new);
    return extension("2.5.29.17", false, Der.sequence(all));
  }

  /** RFC 5280, 4.2.1.6. */
  private static byte[] generalName(Name name) {
    byte[] text = name.text().getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    return switch (name.kind()) {
      case EMAIL -> Der.plainField(1, text);
      case DNS -> Der.plainField(2, text);
      case URI -> Der.plainField(6, text);
      case IP ->
          Der.plainField(
              7, com.google.common.net.InetAddresses.forString(name.text()).getAddress());
    };
  }

  private static byte[] extension(String oid, boolean critical, byte[] value) {
    byte[] octets = Der.octetString(value);
    return critical
        ? Der.sequence(Der.oid(oid), Der.bool(true), octets)
        : Der.sequence(Der.oid(oid), octets);
  }

  private X509Certificate sign(String subject, PublicKey key, byte[] extensions) {
    Instant now = Instant.now();
    byte[] signed =
        Der.sequence(
            Der.field(0, Der.integer(BigInteger.TWO)), // version 3
            Der.integer(new BigInteger(120, new SecureRandom()).add(BigInteger.ONE)),
            ECDSA_WITH_SHA256,
            distinguished(name),
            Der.sequence(Der.time(now.minus(EARLIER)), Der.time(now.plus(LATER))),
            distinguished(subject),
            key.getEncoded(),
            Der.field(3, extensions));
    try {
      byte[] whole =
          Der.sequence(
              signed, ECDSA_WITH_SHA256, Der.bitString(0, signature(own.getPrivate(), signed)));
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(whole));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate for " + subject + " cannot be made", e);
    }
  }

  private static byte[] signature(PrivateKey key, byte[] signed) throws GeneralSecurityException {
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(key);
    signature.update(signed);
    return signature.sign();
  }

  private static byte[] distinguished(String common) {
    return Der.sequence(Der.set(Der.sequence(Der.oid("2.5.4.3"), Der.text(common))));
  }

  private static KeyPair pair(String algorithm) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (algorithm.equals(EC)) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      } else {
        generator.initialize(2048);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }
}
