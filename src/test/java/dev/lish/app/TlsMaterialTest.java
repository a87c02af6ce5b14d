package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.lish.config.ServerTls;
import dev.lish.testing.TestCertificates;
import dev.lish.testing.TestCertificates.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class TlsMaterialTest {
  @TempDir static Path folder;
  private static TestCertificates authority;
  private static Pair first;
  private static Pair second;
  private static Pair rsa;

  @TempDir Path own;
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(TlsMaterial.class);

  @BeforeAll
  static void makeCertificates() {
    authority = TestCertificates.authority(folder.resolve("authority"));
    first = authority.issue("first", "ip:127.0.0.1");
    second = authority.issue("second", "ip:127.0.0.1");
    rsa = authority.issue("rsa", "ip:127.0.0.1", "RSA", "-keysize", "2048");
  }

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(log);
  }

  private static TlsMaterial material(Pair pair) throws IOException {
    return new TlsMaterial(
        "xds.tls",
        new ServerTls(pair.certificate(), pair.key(), Optional.of(authority.certificate()), false));
  }

  private Pair copyOf(Pair pair) {
    Pair copy = new Pair(own.resolve("server.crt"), own.resolve("server.key"));
    copy.replaceBy(pair);
    return copy;
  }

  private List<String> warnings() {
    return log.list.stream()
        .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  @Test
  void rsaAndEcPairsAreTaken() throws IOException {
    assertThat(material(first).current().key().getAlgorithm()).isEqualTo("EC");
    assertThat(material(rsa).current().key().getAlgorithm()).isEqualTo("RSA");
  }

  @Test
  void expiryIsThatOfTheFirstToExpire() throws Exception {
    TlsMaterial.Loaded loaded = material(first).current();
    assertThat(loaded.expires()).isEqualTo(loaded.chain().get(0).getNotAfter().toInstant());
  }

  @Test
  void aKeyOfAnotherCertificateIsToldWithBothFiles() {
    for (Pair wrong :
        List.of(
            new Pair(first.certificate(), second.key()),
            new Pair(first.certificate(), rsa.key()))) {
      assertThatThrownBy(() -> material(wrong))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(wrong.key() + ": not the key of the first certificate in")
          .hasMessageContaining(first.certificate().toString());
    }
  }

  @Test
  void otherFormsOfKeysAreToldWithTheWayOut() throws IOException {
    for (String label : List.of("RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY")) {
      Path key =
          Files.writeString(
              own.resolve("other.key"),
              "-----BEGIN %s-----\nAAAA\n-----END %s-----\n".formatted(label, label));
      assertThatThrownBy(() -> material(new Pair(first.certificate(), key)))
          .hasMessageContaining(label)
          .hasMessageContaining("PKCS#8")
          .hasMessageContaining("openssl pkcs8 -topk8 -nocrypt -in " + key);
    }
  }

  @Test
  void anEd25519KeyIsToldBecauseEnvoyTakesNone() {
    Pair pair = authority.issue("ed", "ip:127.0.0.1", "Ed25519");
    assertThatThrownBy(() -> material(pair)).hasMessageContaining("an Ed25519 key (expected: RSA");
  }

  @Test
  void aMissingFileAndOneWithoutACertificateAreTold() {
    Path missing = own.resolve("missing.crt");
    assertThatThrownBy(() -> material(new Pair(missing, first.key())))
        .hasMessage(missing + ": no such file");
    assertThatThrownBy(() -> material(new Pair(first.key(), first.key())))
        .hasMessageContaining(first.key() + ": no certificate");
  }

  @Test
  void aChangedPairIsReadAgainAndTheListenersHearOfIt() throws IOException {
    Pair pair = copyOf(first);
    TlsMaterial material = material(pair);
    TlsMaterial.Loaded before = material.current();
    List<TlsMaterial.Loaded> heard = new java.util.ArrayList<>();
    material.watch(heard::add);

    material.refresh();
    assertThat(material.current()).isSameAs(before);

    pair.replaceBy(second);
    material.refresh();
    assertThat(material.current().chain()).isNotEqualTo(before.chain());
    assertThat(heard).containsExactly(material.current());
    // A handshake that chose the old certificate ends with the old key.
    assertThat(material.of(before.hash().toString())).isSameAs(before);
    assertThat(warnings()).isEmpty();
  }

  @Test
  void brokenFilesLeaveTheLastGoodInUseWithOneWarning() throws IOException {
    Pair pair = copyOf(first);
    TlsMaterial material = material(pair);
    TlsMaterial.Loaded before = material.current();

    Files.writeString(pair.certificate(), "not a certificate");
    for (int i = 0; i < 5; i++) {
      material.refresh();
    }
    assertThat(material.current()).isSameAs(before);
    assertThat(warnings()).singleElement().asString().contains(pair.certificate() + ": no cert");

    pair.replaceBy(second);
    material.refresh();
    assertThat(material.current()).isNotSameAs(before);
    Files.delete(pair.key());
    material.refresh();
    material.refresh();
    assertThat(warnings()).hasSize(2).last().asString().contains(pair.key() + ": no such file");
  }

  @Test
  void aPairWrittenOneFileAfterTheOtherIsNoTrouble() throws IOException {
    Pair pair = copyOf(first);
    TlsMaterial material = material(pair);
    TestCertificates.put(second.certificate(), pair.certificate());
    material.refresh();
    TestCertificates.put(second.key(), pair.key());
    material.refresh();
    assertThat(material.current().chain())
        .containsExactly(dev.lish.testing.TlsClient.certificate(second.certificate()));
    assertThat(warnings()).isEmpty();
  }

  @Test
  void keysNeverShow() throws IOException {
    String key = Files.readString(first.key()).lines().skip(1).findFirst().orElseThrow();
    assertThat(material(first).current().toString()).doesNotContain(key);
    assertThat(Pem.read(first.key()).toString()).doesNotContain(key);
  }
}
