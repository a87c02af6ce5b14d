package dev.lish.app;

import io.netty.handler.ssl.util.SimpleKeyManagerFactory;
import java.net.Socket;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Gives each handshake the certificate and key that were read last. The alias is the hash of what
 * was read, so that the certificate and the key of one handshake are a pair, come what may.
 */
final class ReloadingKeyManager extends X509ExtendedKeyManager {
  private final TlsMaterial material;

  private ReloadingKeyManager(TlsMaterial material) {
    this.material = material;
  }

  static KeyManagerFactory factory(TlsMaterial material) {
    return new SimpleKeyManagerFactory() {
      @Override
      protected void engineInit(KeyStore keyStore, char[] password) {}

      @Override
      protected void engineInit(ManagerFactoryParameters parameters) {}

      @Override
      protected KeyManager[] engineGetKeyManagers() {
        return new KeyManager[] {new ReloadingKeyManager(material)};
      }
    };
  }

  @Override
  public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
    return chooseServerAlias(keyType, issuers, null);
  }

  @Override
  @SuppressWarnings("NullAway") // null means "no key of this type", by the contract of the JDK
  public String chooseServerAlias(
      String keyType, Principal[] issuers, @org.jspecify.annotations.Nullable Socket socket) {
    TlsMaterial.Loaded current = material.current();
    String algorithm = current.key().getAlgorithm();
    boolean fits = keyType.startsWith(algorithm);
    return fits ? current.hash().toString() : null;
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return material.of(alias).chain().toArray(X509Certificate[]::new);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return material.of(alias).key();
  }

  @Override
  public String[] getServerAliases(String keyType, Principal[] issuers) {
    return new String[] {material.current().hash().toString()};
  }

  @Override
  public String[] getClientAliases(String keyType, Principal[] issuers) {
    return new String[0];
  }

  @Override
  @SuppressWarnings("NullAway") // never a client
  public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
    return null;
  }
}
