package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CheckoutTest {
  private static final Path HOME = Path.of("/opt/lish");

  @Test
  void inTheCheckoutCommandsAndPathsAreShort() {
    Checkout checkout = new Checkout(Optional.of(HOME), HOME);
    assertThat(checkout.command()).isEqualTo("./lish");
    assertThat(checkout.sampleMesh()).isEqualTo(Path.of("config"));
  }

  @Test
  void elsewhereTheSampleIsThatOfTheCheckout() {
    Checkout checkout = new Checkout(Optional.of(HOME), Path.of("/tmp"));
    assertThat(checkout.command()).isEqualTo("/opt/lish/lish");
    assertThat(checkout.sampleMesh()).isEqualTo(Path.of("/opt/lish/config"));
  }

  @Test
  void withoutTheLauncherItIsTheWorkingDirectory() {
    Checkout checkout = new Checkout(Optional.empty(), HOME);
    assertThat(checkout.command()).isEqualTo("lish");
    assertThat(checkout.sampleMesh()).isEqualTo(Path.of("config"));
  }
}
