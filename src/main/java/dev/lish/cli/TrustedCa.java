package dev.lish.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Trusts exactly the certificates of a PEM file. */
final class TrustedCa {
  private TrustedCa() {}

  static SSLContext context(Terminal terminal, String file) {
    try (InputStream in = Files.newInputStream(terminal.resolve(file))) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca-" + number++, certificate);
      }
      if (number == 0) {
        throw Failure.usage(file + ": no certificate in it (expected: PEM)");
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException e) {
      throw Failure.world(file + ": cannot be read: " + e.getMessage());
    } catch (GeneralSecurityException e) {
      throw Failure.usage(file + ": " + e.getMessage() + " (expected: certificates, PEM)");
    }
  }
}
