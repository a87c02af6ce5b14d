package dev.lish.render;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.testing.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Not pure only because the JDK makes certificates by a tool of its own. */
class CertificateKeyIT {
  private static List<TestCertificates.Pair> pairs = List.of();

  @BeforeAll
  static void issue(@TempDir Path folder) {
    TestCertificates authority = TestCertificates.authority(folder);
    pairs =
        List.of(
            authority.issue("ec", "dns:a.test"),
            authority.issue("ec-other", "dns:a.test"),
            authority.issue("ec-384", "dns:a.test", "EC", "-groupname", "secp384r1"),
            authority.issue("rsa", "dns:a.test", "RSA", "-keysize", "2048"),
            authority.issue("rsa-other", "dns:a.test", "RSA", "-keysize", "2048"));
  }

  @Test
  void onlyAnotherKeyIsForeign() {
    for (TestCertificates.Pair certified : pairs) {
      for (TestCertificates.Pair keyed : pairs) {
        assertThat(foreign(certified, text(keyed.key())))
            .as("%s with the key of %s", certified, keyed)
            .isEqualTo(!certified.equals(keyed));
      }
    }
  }

  @Test
  void theOlderFormsOfKeysAreReadToo() {
    for (TestCertificates.Pair certified : pairs) {
      String kind = String.valueOf(certified.key().getFileName()).startsWith("rsa") ? "RSA" : "EC";
      for (TestCertificates.Pair keyed : pairs) {
        assertThat(foreign(certified, inner(kind, text(keyed.key()))))
            .as("%s with the key of %s", certified, keyed)
            .isEqualTo(!certified.equals(keyed) && sameKind(certified, keyed));
      }
    }
  }

  @Test
  void whatCannotBeReadIsLeftToEnvoy() {
    for (String key :
        List.of("", "no key", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE")) {
      assertThat(foreign(pairs.get(0), key)).isFalse();
    }
    assertThat(CertificateKey.surelyForeign(ByteString.EMPTY, ByteString.EMPTY)).isFalse();
  }

  private static boolean sameKind(TestCertificates.Pair a, TestCertificates.Pair b) {
    return String.valueOf(a.key().getFileName()).charAt(0)
        == String.valueOf(b.key().getFileName()).charAt(0);
  }

  private static boolean foreign(TestCertificates.Pair certified, String key) {
    return CertificateKey.surelyForeign(
        ByteString.copyFromUtf8(text(certified.certificate())), ByteString.copyFromUtf8(key));
  }

  /** The PKCS#1 or SEC1 form: the octets inside of PKCS#8, after version and algorithm. */
  private static String inner(String kind, String pkcs8) {
    byte[] der = Base64.getMimeDecoder().decode(pkcs8.replaceAll("-----[A-Z ]+-----", "").strip());
    int at = header(der, 0) + 3;
    at += header(der, at) + der[at + 1];
    at += header(der, at);
    byte[] octets = Arrays.copyOfRange(der, at, der.length);
    String base64 = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(octets);
    return "-----BEGIN %1$s PRIVATE KEY-----\n%2$s\n-----END %1$s PRIVATE KEY-----\n"
        .formatted(kind, base64);
  }

  private static int header(byte[] der, int at) {
    return der[at + 1] >= 0 ? 2 : 2 + (der[at + 1] & 0x7f);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
