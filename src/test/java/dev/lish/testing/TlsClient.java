package dev.lish.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A TLS client that trusts one authority, and may show an EC certificate; it resumes sessions. */
public final class TlsClient {
  private static final int TIMEOUT_MILLIS = 10_000;

  private final SSLContext context;

  private TlsClient(SSLContext context) {
    this.context = context;
  }

  /** A client. */
  public static TlsClient of(Path authority, Optional<TestCertificates.Pair> own) {
    try {
      KeyStore trusted = store();
      trusted.setCertificateEntry("ca", certificate(authority));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      KeyStore keys = store();
      if (own.isPresent()) {
        Certificate[] chain = {certificate(own.get().certificate())};
        keys.setKeyEntry("own", key(own.get().key()), new char[0], chain);
      }
      KeyManagerFactory key =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      key.init(keys, new char[0]);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(key.getKeyManagers(), trust.getTrustManagers(), null);
      return new TlsClient(context);
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Its settings, for other clients. */
  public SSLContext context() {
    return context;
  }

  /**
   * Connects with TLS 1.2, in which a handshake ends only when both sides are content, and gives
   * the server's certificate.
   *
   * @throws IOException when the server refuses, or is not trusted
   */
  public X509Certificate connect(int port) throws IOException {
    try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  private static KeyStore store() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  /** The first certificate of a PEM file. */
  public static X509Certificate certificate(Path file) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(file)));
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError(e);
    }
  }

  private static PrivateKey key(Path file) throws GeneralSecurityException, IOException {
    String base64 = Files.readString(file, UTF_8).replaceAll("-----[A-Z ]+-----|\\s", "");
    return KeyFactory.getInstance("EC")
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
  }
}
