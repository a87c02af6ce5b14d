package dev.lish.trial.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;

/** Certificates as the JDK reads and verifies them. */
class AuthorityTest {
  private final Authority authority = new Authority("ours");

  private static X509TrustManager trusting(Authority authority) throws Exception {
    X509Certificate root =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(authority.pem().getBytes(US_ASCII)));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("root", root);
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    return (X509TrustManager) factory.getTrustManagers()[0];
  }

  @Test
  void whatItSignsIsTrustedByWhoTrustsIt() throws Exception {
    for (String algorithm : List.of(Authority.EC, Authority.RSA)) {
      Issued issued = authority.issue(List.of(Name.of("api.example")), algorithm);
      X509Certificate[] chain = {issued.certificate()};
      trusting(authority).checkServerTrusted(chain, "UNKNOWN");
      trusting(authority).checkClientTrusted(chain, "UNKNOWN");
      X509TrustManager other = trusting(new Authority("theirs"));
      assertThatThrownBy(() -> other.checkServerTrusted(chain, "UNKNOWN"))
          .isInstanceOf(GeneralSecurityException.class);
      Signature signature =
          Signature.getInstance("SHA256with" + (algorithm.equals("EC") ? "ECDSA" : "RSA"));
      signature.initSign(issued.key());
      byte[] made = signature.sign();
      signature.initVerify(issued.certificate());
      assertThat(signature.verify(made)).isTrue();
    }
  }

  @Test
  void namesAreOfTheirKind() throws Exception {
    Issued issued =
        authority.issue(
            List.of(
                Name.of("api.example"),
                Name.of(
                    "spiffe://mesh.example/a/path/that/is/longer/than/a/common/name/may/ever/be"),
                Name.of("who@mesh.example"),
                Name.of("10.1.2.3"),
                Name.of("::1")));
    Collection<List<?>> names = issued.certificate().getSubjectAlternativeNames();
    // The numbers are of RFC 5280, 4.2.1.6.
    assertThat(names.stream().map(pair -> pair.get(0) + " " + pair.get(1)))
        .containsExactly(
            "2 api.example",
            "6 spiffe://mesh.example/a/path/that/is/longer/than/a/common/name/may/ever/be",
            "1 who@mesh.example",
            "7 10.1.2.3",
            "7 0:0:0:0:0:0:0:1");
    assertThat(authority.issue(List.of()).certificate().getSubjectAlternativeNames()).isNull();
  }

  @Test
  void itCanSignAndWhatItSignsCannot() throws Exception {
    X509Certificate leaf = authority.issue(List.of(Name.of("a"))).certificate();
    assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
    assertThat(leaf.getKeyUsage()[5]).as("keyCertSign").isFalse();
    assertThat(leaf.getKeyUsage()[0]).as("digitalSignature").isTrue();
    leaf.checkValidity();
  }

  @Test
  void anAddressMustBeOne() {
    assertThatThrownBy(() -> new Name(Name.Kind.IP, "a.example"))
        .hasMessage("IP: a.example (expected: an address)");
  }
}
