package dev.lish.trial;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.lish.trial.wire.Authority;
import dev.lish.trial.wire.Issued;
import dev.lish.trial.wire.Name;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.quic.v3.QuicUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Has Envoys trust the authority of the test in place of whom the mesh trusts, and says which names
 * they look for. All else that they verify stays; what no certificate of a test can have is told.
 */
final class Trust {
  private final DataSource authority;
  private final Issued own;
  private final Map<String, CertificateValidationContext> secrets;
  private final Consumer<String> notes;

  /**
   * For one snapshot.
   *
   * @param authority whom Envoys are to trust
   * @param secrets contexts that the snapshot has as secrets, by name
   * @param notes hears what differs from the mesh and may matter
   */
  Trust(
      Authority authority,
      Map<String, CertificateValidationContext> secrets,
      Consumer<String> notes) {
    this.authority = inline(authority.pem());
    this.own = authority.issue(List.of(new Name(Name.Kind.DNS, "lish.test")));
    this.secrets = secrets;
    this.notes = notes;
  }

  /**
   * The socket of a cluster.
   *
   * @param names hears the names that a certificate of its upstreams needs
   */
  TransportSocket upstream(String cluster, TransportSocket socket, Consumer<Name> names) {
    Any config = socket.getTypedConfig();
    if (config.is(ProxyProtocolUpstreamTransport.class)) {
      ProxyProtocolUpstreamTransport.Builder outer =
          unpack(config, ProxyProtocolUpstreamTransport.class).toBuilder();
      if (outer.hasTransportSocket()) {
        outer.setTransportSocket(upstream(cluster, outer.getTransportSocket(), names));
      }
      return socket.toBuilder().setTypedConfig(Any.pack(outer.build())).build();
    }
    if (config.is(QuicUpstreamTransport.class)) {
      notes.accept("cluster %s: no built-in upstream speaks HTTP/3".formatted(cluster));
    }
    if (!config.is(UpstreamTlsContext.class)) {
      return socket;
    }
    UpstreamTlsContext.Builder tls = unpack(config, UpstreamTlsContext.class).toBuilder();
    String where = "cluster " + cluster;
    CommonTlsContext common = trusting(tls.getCommonTlsContext(), where);
    expected(common, where, names);
    if (wantsRsa(common.getTlsParams())) {
      Authority.prepareRsa();
    }
    if (tls.hasCommonTlsContext()) {
      tls.setCommonTlsContext(common);
    }
    return socket.toBuilder().setTypedConfig(Any.pack(tls.build())).build();
  }

  /** No certificate with another key would do. */
  private static boolean wantsRsa(TlsParameters parameters) {
    return Stream.of(parameters.getCipherSuitesList(), parameters.getSignatureAlgorithmsList())
        .anyMatch(
            list ->
                !list.isEmpty()
                    && list.stream()
                        .noneMatch(name -> name.toUpperCase(Locale.ROOT).contains("ECDSA")));
  }

  /** The socket of a listener. */
  TransportSocket downstream(String listener, TransportSocket socket) {
    if (!socket.getTypedConfig().is(DownstreamTlsContext.class)) {
      return socket;
    }
    DownstreamTlsContext.Builder tls =
        unpack(socket.getTypedConfig(), DownstreamTlsContext.class).toBuilder();
    if (tls.hasCommonTlsContext()) {
      tls.setCommonTlsContext(trusting(tls.getCommonTlsContext(), "listener " + listener));
    }
    return socket.toBuilder().setTypedConfig(Any.pack(tls.build())).build();
  }

  private CommonTlsContext trusting(CommonTlsContext common, String where) {
    CommonTlsContext.Builder builder = common.toBuilder();
    if (common.hasValidationContext()) {
      builder.setValidationContext(trusting(common.getValidationContext(), where));
    } else if (common.hasCombinedValidationContext()) {
      var combined = builder.getCombinedValidationContextBuilder();
      if (combined.hasDefaultValidationContext()) {
        combined.setDefaultValidationContext(
            trusting(combined.getDefaultValidationContext(), where));
      }
    }
    builder.getTlsCertificatesBuilderList().forEach(this::fileless);
    String secret = secret(common);
    if (!secret.isEmpty() && !secrets.containsKey(secret)) {
      notes.accept(
          "%s: whom it trusts is in %s, which no folder secrets has, so the test's authority is not"
                  .formatted(where, secret)
              + " trusted");
    }
    return builder.build();
  }

  /** Files of the hosts of Envoys are not on this machine. */
  void fileless(TlsCertificate.Builder certificate) {
    if (certificate.getCertificateChain().hasFilename()
        || certificate.getPrivateKey().hasFilename()) {
      certificate
          .clearWatchedDirectory()
          .clearPassword()
          .clearOcspStaple()
          .setCertificateChain(inline(own.certificatePem()))
          .setPrivateKey(inline(own.keyPem()));
    }
  }

  private static DataSource inline(String pem) {
    return DataSource.newBuilder().setInlineString(pem).build();
  }

  /** The name of the secret with whom it trusts; empty: there is none. */
  private static String secret(CommonTlsContext common) {
    return common.hasCombinedValidationContext()
        ? common.getCombinedValidationContext().getValidationContextSdsSecretConfig().getName()
        : common.getValidationContextSdsSecretConfig().getName();
  }

  /** A context that trusts the authority wherever it trusts somebody. */
  CertificateValidationContext trusting(CertificateValidationContext context, String where) {
    CertificateValidationContext.Builder builder = context.toBuilder();
    boolean pinned =
        context.getVerifyCertificateHashCount() + context.getVerifyCertificateSpkiCount() > 0;
    if (pinned
        || context.hasTrustedCa()
        || context.hasSystemRootCerts()
        || context.hasCaCertificateProviderInstance()) {
      builder
          .clearSystemRootCerts()
          .clearCaCertificateProviderInstance()
          .clearWatchedDirectory()
          .setTrustedCa(authority);
    }
    if (pinned) {
      builder.clearVerifyCertificateHash().clearVerifyCertificateSpki();
      notes.accept(
          where
              + ": any certificate of the test's authority passes, as none can have the hashes that"
              + " it expects");
    }
    if (context.hasCrl()) {
      builder.clearCrl().clearOnlyVerifyLeafCertCrl();
      notes.accept(where + ": its revocation list is left out, as it is not of the authority");
    }
    spiffe(context).ifPresent(s -> builder.setCustomValidatorConfig(spiffe(context, s)));
    return builder.build();
  }

  private static Optional<SPIFFECertValidatorConfig> spiffe(CertificateValidationContext context) {
    Any config = context.getCustomValidatorConfig().getTypedConfig();
    return config.is(SPIFFECertValidatorConfig.class)
        ? Optional.of(unpack(config, SPIFFECertValidatorConfig.class))
        : Optional.empty();
  }

  private io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig spiffe(
      CertificateValidationContext context, SPIFFECertValidatorConfig validator) {
    SPIFFECertValidatorConfig.Builder builder = validator.toBuilder();
    builder.getTrustDomainsBuilderList().forEach(domain -> domain.setTrustBundle(authority));
    return context.getCustomValidatorConfig().toBuilder()
        .setTypedConfig(Any.pack(builder.build()))
        .build();
  }

  private void expected(CommonTlsContext common, String where, Consumer<Name> names) {
    List<CertificateValidationContext> contexts = new ArrayList<>();
    String secret = secret(common);
    if (common.hasValidationContext()) {
      contexts.add(common.getValidationContext());
    } else if (common.hasCombinedValidationContext()) {
      contexts.add(common.getCombinedValidationContext().getDefaultValidationContext());
    }
    contexts.add(secrets.getOrDefault(secret, CertificateValidationContext.getDefaultInstance()));
    contexts.forEach(context -> expected(context, where, names));
  }

  @SuppressWarnings("deprecation") // Envoy heeds the older field too
  private void expected(CertificateValidationContext context, String where, Consumer<Name> names) {
    List<Optional<Name>> found = new ArrayList<>();
    for (SubjectAltNameMatcher matcher : context.getMatchTypedSubjectAltNamesList()) {
      found.add(Names.meeting(matcher));
    }
    context.getMatchSubjectAltNamesList().forEach(m -> found.add(Names.text(m).map(Name::of)));
    spiffe(context)
        .ifPresent(
            validator ->
                validator
                    .getTrustDomainsList()
                    .forEach(
                        domain ->
                            found.add(
                                Optional.of(
                                    Name.of("spiffe://" + domain.getName() + "/lish-test")))));
    found.stream().flatMap(Optional::stream).forEach(names);
    // One that is met is enough for Envoy.
    if (!found.isEmpty() && found.stream().allMatch(Optional::isEmpty)) {
      notes.accept(
          where
              + ": no name can be made up that it accepts, so its upstreams fail in TLS (expected:"
              + " a step `upstream: { cluster: …, certificate: NAME }` that gives one)");
    }
  }

  private static <T extends com.google.protobuf.Message> T unpack(Any any, Class<T> type) {
    try {
      return any.unpack(type);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(
          "a " + type.getSimpleName() + " that was rendered does not parse", e);
    }
  }
}
