package dev.lish.source.dogma;

import static dev.lish.source.dogma.World.awaitCurrent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.centraldogma.server.CentralDogma;
import com.linecorp.centraldogma.server.CentralDogmaBuilder;
import com.linecorp.centraldogma.server.GracefulShutdownTimeout;
import com.linecorp.centraldogma.server.TlsConfig;
import dev.lish.source.SourceState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Central Dogma that talks TLS, with a certificate that only its own authority signed. */
class TlsIT {
  private static final String PASSWORD = "changeit";

  @Test
  void onlyTheTrustedAuthorityIsTalkedTo(@TempDir Path folder, @TempDir Path data)
      throws Exception {
    Path certificate = certificate(folder);
    CentralDogma server =
        new CentralDogmaBuilder(data.toFile())
            .port(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), SessionProtocol.HTTPS)
            .tls(new TlsConfig(certificate.toFile(), folder.resolve("key.pem").toFile(), null))
            .gracefulShutdownTimeout(new GracefulShutdownTimeout(0, 0))
            .build();
    try {
      World.get(server.start());
      int port = server.activePorts().keySet().iterator().next().getPort();
      DogmaPlace place = DogmaPlace.of("lish", "mesh");
      try (DogmaClient trusting = client(port, Optional.of(certificate), place);
          DogmaClient strange = client(port, Optional.empty(), place)) {
        awaitCurrent(trusting.shared(), s -> true);
        SourceState<?> refused = World.await(strange.shared(), s -> !s.cause().isEmpty());
        assertThat(refused).isInstanceOf(SourceState.Missing.class);
        assertThat(refused.cause()).contains("unable to find valid certification path");
      }
    } finally {
      World.get(server.stop());
    }
  }

  @Test
  void authorityThatCannotBeReadIsTold(@TempDir Path folder) {
    Path missing = folder.resolve("ca.pem");
    assertThatThrownBy(() -> client(1, Optional.of(missing), DogmaPlace.of("p", "r")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(missing + ": cannot be read");
  }

  private static DogmaClient client(int port, Optional<Path> ca, DogmaPlace place)
      throws Exception {
    DogmaAddress address =
        new DogmaAddress(List.of("127.0.0.1:" + port), Token.ANONYMOUS, true, ca);
    return DogmaClient.of(address, place, World.QUICK, Clock.systemUTC());
  }

  private static Path certificate(Path folder) throws Exception {
    Path store = folder.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "dogma",
                "-keyalg",
                "EC",
                "-dname",
                "CN=dogma",
                "-ext",
                "san=ip:127.0.0.1",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.log").toFile())
            .start();
    assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(keytool.exitValue()).as(Files.readString(folder.resolve("keytool.log"))).isZero();
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    Key key = keys.getKey("dogma", PASSWORD.toCharArray());
    Files.writeString(folder.resolve("key.pem"), pem("PRIVATE KEY", key.getEncoded()));
    return Files.writeString(
        folder.resolve("cert.pem"), pem("CERTIFICATE", keys.getCertificate("dogma").getEncoded()));
  }

  private static String pem(String kind, byte[] content) {
    return "-----BEGIN "
        + kind
        + "-----\n"
        + Base64.getMimeEncoder().encodeToString(content)
        + "\n-----END "
        + kind
        + "-----\n";
  }
}
