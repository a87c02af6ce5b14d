package dev.lish.source.dogma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DogmaAddressTest {
  @Test
  void tokenNeverShows() {
    DogmaAddress address =
        new DogmaAddress(
            List.of("dogma.example.com"), new Token("appToken-secret\n"), true, Optional.empty());
    assertThat(address.toString()).contains("redacted").doesNotContain("secret");
    assertThat(address.token().secret()).isEqualTo("appToken-secret");
  }

  @Test
  void hostWithoutAPortHasTheUsualOne() {
    assertThat(DogmaAddress.parse("dogma.example.com").getPort()).isEqualTo(36462);
    assertThat(DogmaAddress.parse("[::1]:80").getPort()).isEqualTo(80);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":80", "host:port", "host:0", "host:70000"})
  void hostThatIsNoneIsTold(String host) {
    assertThatThrownBy(
            () -> new DogmaAddress(List.of(host), Token.ANONYMOUS, false, Optional.empty()))
        .hasMessage("hosts: " + host + " (expected: HOST[:PORT])");
  }

  @ParameterizedTest
  @CsvSource({"/,/", "'',/", "//,/", "mesh,/mesh/", "/mesh/,/mesh/", "/a/b,/a/b/"})
  void pathHasOneSpelling(String path, String prefix) {
    assertThat(new DogmaPlace("p", "r", path, "lish").prefix()).isEqualTo(prefix);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a b", "/a/../b", "/*"})
  void pathThatCentralDogmaDoesNotTakeIsTold(String path) {
    assertThatThrownBy(() -> new DogmaPlace("p", "r", path, "lish")).hasMessageContaining(path);
  }

  @Test
  void ownRepositoryIsNeverTheMeshs() {
    assertThatThrownBy(() -> new DogmaPlace("p", "r", "/", "r"))
        .hasMessageContaining("expected: not the one of the mesh");
  }
}
