package dev.lish.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's certificate, key and the authorities of its clients, as files that are read again when
 * they change. A handshake uses what was read last; a broken file leaves the last good material in
 * use.
 */
final class TlsMaterial {
  private static final Logger log = LoggerFactory.getLogger(TlsMaterial.class);

  private final Path certificate;
  private final Path privateKey;
  private final Optional<Path> clientAuthority;
  private List<FileTime> seen = List.of();
  private volatile Loaded loaded;

  /** What the files hold. */
  record Loaded(
      PrivateKey key, List<X509Certificate> chain, Optional<X509ExtendedTrustManager> clients) {}

  /**
   * Reads the files for the first time.
   *
   * @throws IOException naming the file that cannot be used
   */
  TlsMaterial(Path certificate, Path privateKey, Optional<Path> clientAuthority)
      throws IOException {
    this.certificate = certificate;
    this.privateKey = privateKey;
    this.clientAuthority = clientAuthority;
    seen = times();
    loaded = load();
  }

  Loaded current() {
    return loaded;
  }

  /** Reads the files again if their times changed. Called now and then, from one thread. */
  void refresh() {
    try {
      List<FileTime> now = times();
      if (!now.equals(seen)) {
        loaded = load();
        seen = now;
        log.info("TLS certificate {} was read again", certificate);
      }
    } catch (IOException e) {
      log.warn("the last good TLS certificate stays in use: {}", e.toString());
    }
  }

  private List<FileTime> times() throws IOException {
    List<FileTime> times = new ArrayList<>();
    times.add(Files.getLastModifiedTime(certificate));
    times.add(Files.getLastModifiedTime(privateKey));
    if (clientAuthority.isPresent()) {
      times.add(Files.getLastModifiedTime(clientAuthority.get()));
    }
    return times;
  }

  private Loaded load() throws IOException {
    List<X509Certificate> chain = Pem.certificates(certificate);
    PrivateKey key = Pem.privateKey(privateKey);
    if (!key.getAlgorithm()
        .startsWith(chain.get(0).getPublicKey().getAlgorithm().substring(0, 2))) {
      throw new IOException(
          privateKey
              + ": a key for "
              + key.getAlgorithm()
              + " (expected: the key of "
              + certificate
              + ")");
    }
    Optional<X509ExtendedTrustManager> clients =
        clientAuthority.isPresent()
            ? Optional.of(trust(Pem.certificates(clientAuthority.get())))
            : Optional.empty();
    return new Loaded(key, chain, clients);
  }

  private static X509ExtendedTrustManager trust(List<X509Certificate> authorities)
      throws IOException {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < authorities.size(); i++) {
        store.setCertificateEntry("ca-" + i, authorities.get(i));
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager extended) {
          return extended;
        }
      }
      throw new IOException("the JDK has no X509ExtendedTrustManager");
    } catch (GeneralSecurityException e) {
      throw new IOException("the client authorities cannot be used: " + e.getMessage(), e);
    }
  }
}
