package dev.lish.render;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether a private key belongs to a certificate. */
public final class CertificateKey {
  /** How a key of each kind signs. */
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA");

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-:]*)-----END \\1-----");

  private CertificateKey() {}

  /** Whether what the private key signs is what the public one verifies; RSA and EC only. */
  public static boolean belongs(PrivateKey key, PublicKey certified) {
    String algorithm = SIGNATURES.get(key.getAlgorithm());
    if (algorithm == null || !key.getAlgorithm().equals(certified.getAlgorithm())) {
      return false;
    }
    try {
      byte[] text = {1, 2, 3};
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(text);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      // For example a key of another curve: verifying throws instead of saying no.
      return false;
    }
  }

  /**
   * Whether two PEM texts are surely no pair: both can be read, and the key is not that of the
   * first certificate. What cannot be read here (an encrypted key, another algorithm) is left to
   * Envoy.
   */
  static boolean surelyForeign(ByteString chain, ByteString key) {
    try {
      Optional<byte[]> certificate = block(chain, "CERTIFICATE");
      if (certificate.isEmpty()) {
        return false;
      }
      PublicKey certified =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(certificate.get()))
              .getPublicKey();
      Optional<PrivateKey> read = privateKey(key, certified);
      return read.isPresent() && !belongs(read.get(), certified);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }

  private static Optional<PrivateKey> privateKey(ByteString pem, PublicKey certified)
      throws GeneralSecurityException {
    Optional<byte[]> pkcs8 = block(pem, "PRIVATE KEY");
    if (pkcs8.isEmpty()) {
      // The forms of PKCS#1 and SEC1 are the inner part of PKCS#8: "PrivateKey ::= OCTET STRING".
      pkcs8 =
          block(pem, certified.getAlgorithm() + " PRIVATE KEY")
              .map(inner -> wrapped(algorithm(certified.getEncoded()), inner));
    }
    if (pkcs8.isEmpty()) {
      return Optional.empty();
    }
    for (String algorithm : SIGNATURES.keySet()) {
      try {
        KeyFactory factory = KeyFactory.getInstance(algorithm);
        return Optional.of(factory.generatePrivate(new PKCS8EncodedKeySpec(pkcs8.get())));
      } catch (GeneralSecurityException e) {
        // It is a key of the other kind, or none.
      }
    }
    return Optional.empty();
  }

  private static Optional<byte[]> block(ByteString pem, String label) {
    Matcher matcher = BLOCK.matcher(pem.toString(ISO_8859_1));
    while (matcher.find()) {
      if (matcher.group(1).equals(label)) {
        return Optional.of(Base64.getMimeDecoder().decode(matcher.group(2)));
      }
    }
    return Optional.empty();
  }

  /** RFC 5280: {@code SubjectPublicKeyInfo ::= SEQUENCE { algorithm, subjectPublicKey }}. */
  private static byte[] algorithm(byte[] publicKey) {
    int start = headerLength(publicKey, 0);
    int length = headerLength(publicKey, start) + (publicKey[start + 1] & 0xff);
    return Arrays.copyOfRange(publicKey, start, start + length);
  }

  private static int headerLength(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return first < 0x80 ? 2 : 2 + (first & 0x7f);
  }

  /** RFC 5958: {@code SEQUENCE { version 0, privateKeyAlgorithm, privateKey }}. */
  private static byte[] wrapped(byte[] algorithm, byte[] inner) {
    byte[] version = {2, 1, 0};
    return der(0x30, concat(version, algorithm, der(0x04, inner)));
  }

  private static byte[] der(int tag, byte[] content) {
    int length = content.length;
    // X.690, 10.1: "The definite form of length encoding shall be used, encoded in the minimum
    // number of octets."
    byte[] header =
        length < 0x80
            ? new byte[] {(byte) tag, (byte) length}
            : length < 0x100
                ? new byte[] {(byte) tag, (byte) 0x81, (byte) length}
                : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
    return concat(header, content);
  }

  private static byte[] concat(byte[]... parts) {
    ByteString all = ByteString.EMPTY;
    for (byte[] part : parts) {
      all = all.concat(ByteString.copyFrom(part));
    }
    return all.toByteArray();
  }
}
