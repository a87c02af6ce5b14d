package dev.lish.trial.wire;

import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;

/**
 * TLS of both ends. The authority stands in for all that a mesh trusts. Certificates of others are
 * never looked at here: that is Envoy's part. Safe for use by several threads.
 */
public final class Tls {
  private final Authority trusted = new Authority("lish test");
  private final Map<Behaviour.Shown, SSLContext> servers = new ConcurrentHashMap<>();
  private final Map<Client, SSLContext> clients = new ConcurrentHashMap<>();

  /** Made when it is asked for: few tests do. */
  private static final class Stranger {
    static final Authority AUTHORITY = new Authority("stranger");
  }

  /**
   * A client.
   *
   * @param certificate what it shows; empty: nothing
   * @param serverName whom it asks for; an empty text: nobody
   */
  public record Client(Optional<Behaviour.Shown> certificate, String serverName) {}

  /** Whom Envoys are to trust. */
  public Authority authority() {
    return trusted;
  }

  private Authority authority(Behaviour.Shown shown) {
    return shown.stranger() ? Stranger.AUTHORITY : trusted;
  }

  /**
   * The end of a server.
   *
   * @param names that Envoy expects
   * @param shown what it shows instead; empty: these, and the name that it is asked for
   */
  SSLEngine server(List<Name> names, Optional<Behaviour.Shown> shown) {
    Behaviour.Shown shows = shown.orElse(new Behaviour.Shown(List.of(), false));
    List<Name> own = shows.names().isEmpty() ? names : shows.names();
    boolean whateverAsked = shows.names().isEmpty();
    // Each has a context of its own, so a session cannot be resumed that began with another
    // certificate: Envoy would not look at the new one.
    SSLContext context =
        servers.computeIfAbsent(
            new Behaviour.Shown(
                whateverAsked ? own : with(own, Optional.of("only-these.invalid")),
                shows.stranger()),
            key ->
                context(
                    (asked, algorithm) ->
                        authority(shows).issue(whateverAsked ? with(own, asked) : own, algorithm)));
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    engine.setWantClientAuth(true);
    engine.setHandshakeApplicationProtocolSelector(
        (any, offered) ->
            offered.contains("h2") ? "h2" : offered.contains("http/1.1") ? "http/1.1" : "");
    return engine;
  }

  private static List<Name> with(List<Name> names, Optional<String> asked) {
    Set<Name> all = new LinkedHashSet<>(names);
    asked.ifPresent(name -> all.add(new Name(Name.Kind.DNS, name)));
    return List.copyOf(all);
  }

  /** The end of a client. */
  SSLContext client(Client client) {
    return clients.computeIfAbsent(
        client,
        key ->
            client
                .certificate()
                .map(
                    shown ->
                        context(
                            (asked, algorithm) -> authority(shown).issue(shown.names(), algorithm)))
                .orElseGet(() -> context(new KeyManager[0])));
  }

  /**
   * Of a client's end.
   *
   * @throws SSLException when the name is none that can be asked for
   */
  SSLParameters parameters(SSLParameters parameters, Client client, String protocol)
      throws SSLException {
    if (!client.serverName().isEmpty()) {
      try {
        parameters.setServerNames(List.of(new SNIHostName(client.serverName())));
      } catch (IllegalArgumentException e) {
        throw new SSLException("server name " + client.serverName() + ": " + e.getMessage(), e);
      }
    }
    parameters.setApplicationProtocols(new String[] {protocol});
    return parameters;
  }

  private static SSLContext context(ShownKeys.Source source) {
    return context(new KeyManager[] {new ShownKeys(source)});
  }

  private static SSLContext context(KeyManager[] keys) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, new TrustManager[] {new Anyone()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has TLS", e);
    }
  }

  /** What the client of a session said. */
  static Received.Tls said(SSLSession session) {
    return new Received.Tls(ShownKeys.serverName(session), clientNames(session));
  }

  private static List<String> clientNames(SSLSession session) {
    List<String> names = new ArrayList<>();
    try {
      Certificate[] chain = session.getPeerCertificates();
      if (chain.length > 0 && chain[0] instanceof X509Certificate own) {
        names.add(own.getSubjectX500Principal().getName());
        var alternatives = own.getSubjectAlternativeNames();
        if (alternatives != null) {
          alternatives.forEach(pair -> names.add(String.valueOf(pair.get(1))));
        }
      }
    } catch (SSLPeerUnverifiedException | CertificateParsingException e) {
      // It showed none that can be read.
    }
    return names;
  }
}
