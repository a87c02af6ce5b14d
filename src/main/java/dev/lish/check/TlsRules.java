package dev.lish.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.ValidationContextTypeCase;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext.OcspStaplePolicy;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What makes no TLS context. */
final class TlsRules {
  private static final String PEM = "-----BEGIN ";

  /** RFC 7301, 3.1: a length is one byte. */
  private static final int LONGEST_ALPN = 255;

  /** Bytes of a key of session tickets: its name, and two keys of 256 bits. */
  private static final int TICKET_KEY = 80;

  private static final Pattern HASH =
      Pattern.compile("[0-9a-fA-F]{64}|(?:[0-9a-fA-F]{2}:){31}[0-9a-fA-F]{2}");
  private static final Pattern KEY = Pattern.compile("[0-9a-zA-Z+/]{43}=");

  private TlsRules() {}

  static void server(DownstreamTlsContext server, Walk walk) {
    CommonTlsContext common = server.getCommonTlsContext();
    if (common.getTlsCertificatesCount() == 0
        && common.getTlsCertificateSdsSecretConfigsCount() == 0
        && !common.hasCustomTlsCertificateSelector()) {
      walk.found(
          Rule.TLS_CONTEXT,
          "found no certificate (expected: tls_certificates or"
              + " tls_certificate_sds_secret_configs, as a server needs one)",
          "common_tls_context");
    }
    for (int i = 0; i < common.getTlsCertificatesCount(); i++) {
      TlsCertificate certificate = common.getTlsCertificates(i);
      // A key alone is told of where it is.
      if (isNothing(certificate) && !certificate.hasPrivateKey()) {
        walk.found(
            Rule.TLS_CONTEXT,
            "found no certificate (expected: certificate_chain and private_key, or pkcs12)",
            "common_tls_context",
            "tls_certificates",
            i);
      }
      if (server.getOcspStaplePolicy() == OcspStaplePolicy.MUST_STAPLE
          && !certificate.hasOcspStaple()) {
        walk.found(
            Rule.TLS_CONTEXT,
            "found no ocsp_staple (expected: one, as ocsp_staple_policy is MUST_STAPLE)",
            "common_tls_context",
            "tls_certificates",
            i);
      }
    }
  }

  private static boolean isNothing(TlsCertificate certificate) {
    return !certificate.hasCertificateChain() && !certificate.hasPkcs12();
  }

  static void client(UpstreamTlsContext client, Walk walk) {
    CommonTlsContext common = client.getCommonTlsContext();
    int certificates =
        common.getTlsCertificatesCount() + common.getTlsCertificateSdsSecretConfigsCount();
    if (certificates > 1) {
      walk.found(
          Rule.TLS_CONTEXT,
          "found %d certificates (expected: at most one, as this is a client)"
              .formatted(certificates),
          "common_tls_context");
    }
    if (client.getAutoSniSanValidation()
        && common.getValidationContextTypeCase()
            == ValidationContextTypeCase.VALIDATIONCONTEXTTYPE_NOT_SET) {
      walk.found(
          Rule.TLS_CONTEXT,
          "found auto_sni_san_validation without a validation_context (expected: both)",
          "auto_sni_san_validation");
    }
  }

  static void common(CommonTlsContext common, Walk walk) {
    for (int i = 0; i < common.getAlpnProtocolsCount(); i++) {
      if (common.getAlpnProtocols(i).getBytes(UTF_8).length > LONGEST_ALPN) {
        walk.found(
            Rule.TLS_CONTEXT,
            "found a protocol of more than %d bytes (expected: at most that)"
                .formatted(LONGEST_ALPN),
            "alpn_protocols",
            i);
      }
    }
    versions(common.getTlsParams(), walk);
    if (!common.hasValidationContext()) {
      return;
    }
    CertificateValidationContext trust = common.getValidationContext();
    boolean names =
        trust.getMatchTypedSubjectAltNamesCount() > 0
            || !((List<?>) Values.field(trust, "match_subject_alt_names")).isEmpty();
    boolean ca =
        trust.hasTrustedCa()
            || trust.hasCaCertificateProviderInstance()
            || trust.hasSystemRootCerts()
            || trust.hasCustomValidatorConfig();
    if (names && !ca) {
      walk.found(
          Rule.TLS_CONTEXT,
          "found names to verify without trusted_ca (expected: both, as anybody can sign a name)",
          "validation_context");
    }
    if (!ca && trust.hasCrl()) {
      walk.found(
          Rule.TLS_CONTEXT,
          "found a crl without trusted_ca (expected: both)",
          "validation_context",
          "crl");
    }
    if (!ca && trust.getAllowExpiredCertificate()) {
      walk.found(
          Rule.TLS_CONTEXT,
          "found allow_expired_certificate without trusted_ca (expected: both)",
          "validation_context",
          "allow_expired_certificate");
    }
  }

  /** Without a version that both ends may speak no handshake succeeds. */
  private static void versions(TlsParameters params, Walk walk) {
    if (params.getTlsMaximumProtocolVersion() != TlsProtocol.TLS_AUTO
        && params.getTlsMinimumProtocolVersionValue()
            > params.getTlsMaximumProtocolVersionValue()) {
      walk.found(
          Rule.TLS_CONTEXT,
          "found %s above a maximum of %s (expected: at most that, as else no connection is made)"
              .formatted(
                  params.getTlsMinimumProtocolVersion(), params.getTlsMaximumProtocolVersion()),
          "tls_params",
          "tls_minimum_protocol_version");
    }
  }

  static void spiffe(SPIFFECertValidatorConfig config, Walk walk) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < config.getTrustDomainsCount(); i++) {
      var domain = config.getTrustDomains(i);
      if (!seen.add(domain.getName())) {
        walk.found(
            Rule.DUPLICATE_ENTRY,
            "found \"%s\" again (expected: once)".formatted(domain.getName()),
            "trust_domains",
            i,
            "name");
      }
      if (isNoPem(domain.getTrustBundle())) {
        walk.found(
            Rule.TLS_CONTEXT,
            "found no certificate (expected: PEM, -----BEGIN …)",
            "trust_domains",
            i,
            "trust_bundle");
      }
    }
  }

  static void trust(CertificateValidationContext trust, Walk walk) {
    if (isNoPem(trust.getTrustedCa())) {
      walk.found(
          Rule.TLS_CONTEXT, "found no certificate (expected: PEM, -----BEGIN …)", "trusted_ca");
    }
    for (int i = 0; i < trust.getVerifyCertificateHashCount(); i++) {
      String hash = trust.getVerifyCertificateHash(i);
      if (hash.length() >= 64 && !HASH.matcher(hash).matches()) {
        walk.found(
            Rule.TLS_CONTEXT,
            "found \"%s\" (expected: a SHA-256 in hexadecimal)".formatted(hash),
            "verify_certificate_hash",
            i);
      }
    }
    for (int i = 0; i < trust.getVerifyCertificateSpkiCount(); i++) {
      String key = trust.getVerifyCertificateSpki(i);
      if (key.length() == 44 && !KEY.matcher(key).matches()) {
        walk.found(
            Rule.TLS_CONTEXT,
            "found \"%s\" (expected: a SHA-256 in base64)".formatted(key),
            "verify_certificate_spki",
            i);
      }
    }
  }

  static void certificate(TlsCertificate certificate, Walk walk) {
    if (isNoPem(certificate.getCertificateChain())) {
      walk.found(
          Rule.TLS_CONTEXT,
          "found no certificate (expected: PEM, -----BEGIN …)",
          "certificate_chain");
    }
    if (certificate.hasPrivateKey() && !certificate.hasCertificateChain()) {
      walk.found(
          Rule.TLS_CONTEXT,
          "found a private key without certificate_chain (expected: both)",
          "private_key");
    }
    if (certificate.hasCertificateChain()
        && !certificate.hasPrivateKey()
        && !certificate.hasPrivateKeyProvider()) {
      walk.found(
          Rule.TLS_CONTEXT,
          "found a certificate without private_key (expected: both)",
          "certificate_chain");
    }
  }

  static void tickets(TlsSessionTicketKeys tickets, Walk walk) {
    for (int i = 0; i < tickets.getKeysCount(); i++) {
      DataSource key = tickets.getKeys(i);
      int length =
          key.hasInlineBytes() ? key.getInlineBytes().size() : key.getInlineStringBytes().size();
      if ((key.hasInlineBytes() || key.hasInlineString()) && length != TICKET_KEY) {
        walk.found(
            Rule.TLS_CONTEXT,
            "found a key of %d bytes (expected: %d)".formatted(length, TICKET_KEY),
            "keys",
            i);
      }
    }
  }

  static void secret(Secret secret, Walk walk) {
    if (secret.getTypeCase() == Secret.TypeCase.TYPE_NOT_SET) {
      walk.found(Rule.TLS_CONTEXT, "found nothing in it (expected: tls_certificate or another)");
    }
  }

  private static boolean isNoPem(DataSource source) {
    return (source.hasInlineString() || source.hasInlineBytes())
        && !FilterRules.text(source).contains(PEM);
  }
}
