package dev.lish.trial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.trial.wire.Name;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import org.junit.jupiter.api.Test;

/** Names that are made up to meet a matcher. */
class NamesTest {
  private static StringMatcher regex(String expression) {
    return StringMatcher.newBuilder()
        .setSafeRegex(RegexMatcher.newBuilder().setRegex(expression))
        .build();
  }

  @Test
  void eachKindOfMatcherIsMet() {
    assertThat(Names.text(StringMatcher.newBuilder().setExact("a.example").build()))
        .contains("a.example");
    assertThat(Names.text(StringMatcher.newBuilder().setPrefix("spiffe://mesh/").build()))
        .contains("spiffe://mesh/test");
    assertThat(Names.text(StringMatcher.newBuilder().setSuffix(".mesh.example").build()))
        .contains("test.mesh.example");
    assertThat(Names.text(StringMatcher.newBuilder().setContains("mesh").build())).contains("mesh");
    assertThat(Names.text(StringMatcher.getDefaultInstance())).isEmpty();
  }

  @Test
  void plainExpressionsAreMetAndOthersAreNot() {
    assertThat(Names.text(regex("spiffe://mesh\\.example/.*")))
        .contains("spiffe://mesh.example/test");
    assertThat(Names.text(regex("^[a-z0-9-]+\\.mesh\\.example$"))).contains("test.mesh.example");
    assertThat(Names.text(regex("spiffe://mesh/(edge|inner)"))).contains("spiffe://mesh/edge");
    assertThat(Names.text(regex("[a-f]{3}"))).isEmpty();
    assertThat(Names.text(regex("("))).isEmpty();
  }

  @Test
  void theKindIsTheMatchers() {
    SubjectAltNameMatcher.Builder matcher =
        SubjectAltNameMatcher.newBuilder()
            .setMatcher(StringMatcher.newBuilder().setExact("10.0.0.1"));
    matcher.setSanType(SubjectAltNameMatcher.SanType.IP_ADDRESS);
    assertThat(Names.meeting(matcher.build())).contains(new Name(Name.Kind.IP, "10.0.0.1"));
    matcher.setSanType(SubjectAltNameMatcher.SanType.DNS);
    assertThat(Names.meeting(matcher.build())).contains(new Name(Name.Kind.DNS, "10.0.0.1"));
    matcher.setSanType(SubjectAltNameMatcher.SanType.OTHER_NAME);
    assertThat(Names.meeting(matcher.build())).isEmpty();
    matcher
        .setSanType(SubjectAltNameMatcher.SanType.IP_ADDRESS)
        .setMatcher(StringMatcher.newBuilder().setExact("no address"));
    assertThat(Names.meeting(matcher.build())).isEmpty();
  }
}
