package dev.lish.trial;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.lish.trial.wire.Authority;
import dev.lish.trial.wire.Name;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.quic.v3.QuicUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whom Envoys are made to trust, and what is said of what cannot be as in the mesh. */
class TrustTest {
  private final Authority authority = new Authority("ours");
  private final List<String> notes = new ArrayList<>();
  private final List<Name> names = new ArrayList<>();
  private final Trust trust = new Trust(authority, Map.of(), notes::add);

  private static TransportSocket socket(com.google.protobuf.Message config) {
    return TransportSocket.newBuilder().setName("x").setTypedConfig(Any.pack(config)).build();
  }

  private CertificateValidationContext wired(CertificateValidationContext.Builder context)
      throws Exception {
    UpstreamTlsContext tls =
        UpstreamTlsContext.newBuilder()
            .setCommonTlsContext(CommonTlsContext.newBuilder().setValidationContext(context))
            .build();
    return trust
        .upstream("a", socket(tls), names::add)
        .getTypedConfig()
        .unpack(UpstreamTlsContext.class)
        .getCommonTlsContext()
        .getValidationContext();
  }

  private static SubjectAltNameMatcher exact(SubjectAltNameMatcher.SanType type, String name) {
    return SubjectAltNameMatcher.newBuilder()
        .setSanType(type)
        .setMatcher(StringMatcher.newBuilder().setExact(name))
        .build();
  }

  @Test
  void theAuthorityTakesThePlaceOfWhomTheMeshTrustsAndNamesStay() throws Exception {
    CertificateValidationContext context =
        wired(
            CertificateValidationContext.newBuilder()
                .setTrustedCa(DataSource.newBuilder().setFilename("/etc/ca.pem"))
                .addMatchTypedSubjectAltNames(
                    exact(SubjectAltNameMatcher.SanType.DNS, "orders.example")));
    assertThat(context.getTrustedCa().getInlineString()).isEqualTo(authority.pem());
    assertThat(context.getMatchTypedSubjectAltNamesCount()).isEqualTo(1);
    assertThat(names).containsExactly(Name.of("orders.example"));
    assertThat(notes).isEmpty();
  }

  @Test
  void whoTrustsAnyoneGoesOnToDoSo() throws Exception {
    assertThat(wired(CertificateValidationContext.newBuilder()).hasTrustedCa()).isFalse();
    assertThat(notes).isEmpty();
  }

  @Test
  void whatNoCertificateCanHaveIsTold() throws Exception {
    CertificateValidationContext context =
        wired(
            CertificateValidationContext.newBuilder()
                .addVerifyCertificateHash("00")
                .setCrl(DataSource.newBuilder().setFilename("/etc/crl.pem"))
                .addMatchTypedSubjectAltNames(
                    exact(SubjectAltNameMatcher.SanType.OTHER_NAME, "x")));
    assertThat(context.getTrustedCa().getInlineString()).isEqualTo(authority.pem());
    assertThat(context.getVerifyCertificateHashCount()).isZero();
    assertThat(context.hasCrl()).isFalse();
    assertThat(notes)
        .hasSize(3)
        .allSatisfy(note -> assertThat(note).startsWith("cluster a: "))
        .anySatisfy(note -> assertThat(note).contains("no name can be made up"));
  }

  @Test
  void anUpstreamOverHttp3IsTold() {
    TransportSocket quic = socket(QuicUpstreamTransport.getDefaultInstance());
    assertThat(trust.upstream("a", quic, names::add)).isEqualTo(quic);
    assertThat(notes).containsExactly("cluster a: no built-in upstream speaks HTTP/3");
  }
}
