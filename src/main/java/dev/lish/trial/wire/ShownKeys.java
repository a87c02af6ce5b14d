package dev.lish.trial.wire;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Chooses what to show in a handshake: a server's certificate is made for the name that it is asked
 * for, a client's is shown whoever the server says it trusts.
 */
@SuppressWarnings("NullAway") // null means "none", by the contract of the JDK
final class ShownKeys extends X509ExtendedKeyManager {
  private static final List<String> ALGORITHMS = List.of(Authority.EC, Authority.RSA);

  private final Source source;

  /** The alias, algorithm and server name, to what it stands for. */
  private final Map<String, Issued> issued = new ConcurrentHashMap<>();

  /** Makes certificates. */
  @FunctionalInterface
  interface Source {
    /**
     * A certificate.
     *
     * @param serverName whom the client asks for; empty: nobody
     */
    Issued issue(Optional<String> serverName, String algorithm);
  }

  ShownKeys(Source source) {
    this.source = source;
  }

  /** Whom the client asks for. */
  static Optional<String> serverName(@Nullable SSLSession session) {
    return session instanceof ExtendedSSLSession extended
        ? extended.getRequestedServerNames().stream()
            .filter(SNIHostName.class::isInstance)
            .map(name -> ((SNIHostName) name).getAsciiName())
            .findFirst()
        : Optional.empty();
  }

  @Override
  public String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
    return ALGORITHMS.contains(type) ? alias(type, serverName(engine.getHandshakeSession())) : null;
  }

  @Override
  public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
    return chooseClientAlias(types, issuers, null);
  }

  @Override
  public String chooseClientAlias(String[] types, Principal[] issuers, @Nullable Socket socket) {
    return ALGORITHMS.stream()
        .filter(Arrays.asList(types)::contains)
        .findFirst()
        .map(type -> alias(type, Optional.empty()))
        .orElse(null);
  }

  private String alias(String algorithm, Optional<String> serverName) {
    String alias = algorithm + " " + serverName.orElse("");
    issued.computeIfAbsent(alias, any -> source.issue(serverName, algorithm));
    return alias;
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    Issued found = issued.get(alias);
    return found == null ? null : new X509Certificate[] {found.certificate()};
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    Issued found = issued.get(alias);
    return found == null ? null : found.key();
  }

  @Override
  public String[] getClientAliases(String type, Principal[] issuers) {
    return null;
  }

  @Override
  public String[] getServerAliases(String type, Principal[] issuers) {
    return null;
  }

  @Override
  public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
    return null;
  }
}
