package dev.lish.source.consul;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Instance;
import dev.lish.source.Source;
import dev.lish.source.SourceState;
import dev.lish.source.consul.ConsulSettings.Access;
import dev.lish.source.consul.ConsulSettings.Load;
import dev.lish.source.web.Tls;
import dev.lish.testing.Await;
import dev.lish.testing.ConsulProcess;
import dev.lish.testing.ConsulProcess.Registration;
import dev.lish.testing.Ports;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An agent that talks TLS, and only to those who show a certificate. */
class ConsulTlsIT {
  private static final String PASSWORD = "changeit";
  private static final int SERVICES = 300;

  @Test
  @Timeout(180)
  void blockingQueriesShareConnectionsOverTls(@TempDir Path folder) throws Exception {
    Path certificate = certificate(folder);
    Path key = folder.resolve("key.pem");
    int port = Ports.free();
    String settings =
        """
        ports { https = %d }
        tls { https { ca_file = "%s" cert_file = "%s" key_file = "%s" verify_incoming = true } }
        """
            .formatted(port, certificate, certificate, key);
    URI address = URI.create("https://127.0.0.1:" + port);
    try (ConsulProcess consul = ConsulProcess.start("-hcl", settings);
        ConsulRegistry trusted =
            registry(
                address,
                new Tls(Optional.of(certificate), Optional.of(certificate), Optional.of(key)));
        ConsulRegistry anonymous =
            registry(
                address, new Tls(Optional.of(certificate), Optional.empty(), Optional.empty()));
        ConsulRegistry trustless = registry(address, Tls.PLATFORM)) {
      List<Source<List<Instance>>> sources = new ArrayList<>();
      for (int i = 0; i < SERVICES; i++) {
        consul.register(Registration.local("s" + i, "s" + i, 9001 + i));
        sources.add(trusted.instances(DiscoveryQuery.parse("consul:s" + i)));
      }
      Await.until(
          "all are read",
          Duration.ofSeconds(60),
          () -> sources.stream().allMatch(s -> s.state().last().orElse(List.of()).size() == 1));
      // HTTP/2: 250 queries at a time go through one connection.
      assertThat(ConsulScaleIT.connectionsTo(port)).isBetween(1, 5);
      consul.deregister("s7");
      Await.until("it is seen", () -> sources.get(7).state().last().orElseThrow().isEmpty());
      Source<List<Instance>> refused = anonymous.instances(DiscoveryQuery.parse("consul:s1"));
      Source<List<Instance>> refusing = trustless.instances(DiscoveryQuery.parse("consul:s1"));
      Await.until("it is refused", () -> !refused.state().cause().isEmpty());
      Await.until("it refuses", () -> !refusing.state().cause().isEmpty());
      assertThat(refused.state()).isInstanceOf(SourceState.Missing.class);
      assertThat(refusing.state()).isInstanceOf(SourceState.Missing.class);
      assertThat(refusing.state().cause()).contains("certification path");
    }
  }

  private static ConsulRegistry registry(URI address, Tls tls) {
    return new ConsulRegistry(
        ConsulSettings.of("consul", address)
            .withAccess(new Access(AclToken.ANONYMOUS, "", tls))
            .withLoad(new Load(Duration.ofMinutes(1), 1_000, 500)),
        Clock.systemUTC(),
        List.of());
  }

  private static Path certificate(Path folder) throws Exception {
    Path store = folder.resolve("store.p12");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair -alias consul -keyalg EC -dname CN=consul -ext san=ip:127.0.0.1",
            "-storetype PKCS12 -storepass " + PASSWORD + " -keystore " + store);
    Process keytool =
        new ProcessBuilder(List.of(String.join(" ", command).split(" ", -1)))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.log").toFile())
            .start();
    assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(keytool.exitValue()).as(Files.readString(folder.resolve("keytool.log"))).isZero();
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    Key key = keys.getKey("consul", PASSWORD.toCharArray());
    Files.writeString(folder.resolve("key.pem"), pem("PRIVATE KEY", key.getEncoded()));
    return Files.writeString(
        folder.resolve("cert.pem"), pem("CERTIFICATE", keys.getCertificate("consul").getEncoded()));
  }

  private static String pem(String kind, byte[] content) {
    String text = Base64.getMimeEncoder().encodeToString(content);
    return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
  }
}
