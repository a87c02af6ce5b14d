package dev.lish.app;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks client certificates against the authorities that were read last. A refused one is told
 * once: its Envoy will try again and again.
 */
final class ReloadingTrustManager extends X509ExtendedTrustManager {
  private static final Logger log = LoggerFactory.getLogger(ReloadingTrustManager.class);
  private static final int MOST_TOLD = 1_000;

  private final TlsMaterial material;
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  ReloadingTrustManager(TlsMaterial material) {
    this.material = material;
  }

  private X509ExtendedTrustManager current() throws CertificateException {
    return material
        .current()
        .clients()
        .orElseThrow(() -> new CertificateException("no authority for clients is configured"));
  }

  private interface Check {
    void run() throws CertificateException;
  }

  private void telling(X509Certificate[] chain, Check check) throws CertificateException {
    try {
      check.run();
    } catch (CertificateException e) {
      String who = chain.length == 0 ? "none" : chain[0].getSubjectX500Principal().getName();
      String line = who + ": " + e.getMessage();
      if (told.size() >= MOST_TOLD) {
        told.clear();
      }
      if (told.add(line)) {
        log.warn("The certificate of a client is refused: {}", line);
      }
      throw e;
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    X509ExtendedTrustManager current = current();
    telling(chain, () -> current.checkClientTrusted(chain, authType, engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    X509ExtendedTrustManager current = current();
    telling(chain, () -> current.checkClientTrusted(chain, authType, socket));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    X509ExtendedTrustManager current = current();
    telling(chain, () -> current.checkClientTrusted(chain, authType));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("Lish is the server here");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("Lish is the server here");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("Lish is the server here");
  }

  /**
   * None: clients are not told whom to show a certificate of. Netty's native engine would ask once,
   * at the start, and go on telling clients of authorities that have been replaced since.
   */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
