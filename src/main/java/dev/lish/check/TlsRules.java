package dev.lish.check;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import java.util.List;

/** What makes no TLS context. */
final class TlsRules {
  private static final String PEM = "-----BEGIN ";

  private TlsRules() {}

  static void server(DownstreamTlsContext server, Walk walk) {
    CommonTlsContext common = server.getCommonTlsContext();
    if (common.getTlsCertificatesCount() == 0
        && common.getTlsCertificateSdsSecretConfigsCount() == 0
        && !common.hasTlsCertificateProviderInstance()
        && !common.hasCustomTlsCertificateSelector()) {
      walk.found(
          Rule.TLS_CONTEXT,
          "found no certificate (expected: tls_certificates or"
              + " tls_certificate_sds_secret_configs, as a server needs one)",
          "common_tls_context");
    }
  }

  static void common(CommonTlsContext common, Walk walk) {
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
  }

  static void trust(CertificateValidationContext trust, Walk walk) {
    if (isNoPem(trust.getTrustedCa())) {
      walk.found(
          Rule.TLS_CONTEXT, "found no certificate (expected: PEM, -----BEGIN …)", "trusted_ca");
    }
  }

  static void certificate(TlsCertificate certificate, Walk walk) {
    if (isNoPem(certificate.getCertificateChain())) {
      walk.found(
          Rule.TLS_CONTEXT,
          "found no certificate (expected: PEM, -----BEGIN …)",
          "certificate_chain");
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

  private static boolean isNoPem(DataSource source) {
    return (source.hasInlineString() || source.hasInlineBytes())
        && !FilterRules.text(source).contains(PEM);
  }
}
