package dev.lish.trial.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;

/** A certificate and its key. */
public record Issued(X509Certificate certificate, PrivateKey key) {
  /** The certificate, PEM. */
  public String certificatePem() {
    return pem(certificate);
  }

  /** The key, unencrypted PKCS#8, PEM. */
  public String keyPem() {
    return pem("PRIVATE KEY", key.getEncoded());
  }

  /** Keys never show. */
  @Override
  public String toString() {
    return "Issued[" + certificate.getSubjectX500Principal() + "]";
  }

  static String pem(X509Certificate certificate) {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate that was parsed has its bytes", e);
    }
  }

  private static String pem(String what, byte[] der) {
    String base64 = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(der);
    return "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n";
  }
}
