package dev.lish.app;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Checks client certificates against the authorities that were read last. */
final class ReloadingTrustManager extends X509ExtendedTrustManager {
  private final TlsMaterial material;

  ReloadingTrustManager(TlsMaterial material) {
    this.material = material;
  }

  private X509ExtendedTrustManager current() throws CertificateException {
    return material
        .current()
        .clients()
        .orElseThrow(() -> new CertificateException("no authority for clients is configured"));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    current().checkClientTrusted(chain, authType, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    current().checkClientTrusted(chain, authType, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    current().checkClientTrusted(chain, authType);
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

  /** The accepted issuers of the moment. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return material
        .current()
        .clients()
        .map(X509ExtendedTrustManager::getAcceptedIssuers)
        .orElse(new X509Certificate[0]);
  }
}
