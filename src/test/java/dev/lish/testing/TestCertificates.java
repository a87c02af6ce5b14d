package dev.lish.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An authority that signs certificates, made by the JDK's own keytool; all of it in one folder. */
public final class TestCertificates {
  private static final String PASSWORD = "changeit";
  private static final String CA = "ca";

  private final Path folder;

  private TestCertificates(Path folder) {
    this.folder = folder;
  }

  /** PEM files: a certificate and its key, unencrypted PKCS#8. */
  public record Pair(Path certificate, Path key) {
    /** Puts the content of another pair in place of this one, as a renewal does. */
    public void replaceBy(Pair other) {
      put(other.certificate, certificate);
      put(other.key, key);
    }
  }

  /** Makes an authority of its own in a new folder. */
  public static TestCertificates authority(Path folder) {
    try {
      TestCertificates made = new TestCertificates(Files.createDirectories(folder));
      made.keytool(CA, "-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-ext", "bc:c");
      made.keytool(CA, "-exportcert", "-rfc", "-file", made.certificate().toString());
      return made;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The certificate of the authority, PEM. */
  public Path certificate() {
    return folder.resolve(CA + ".crt");
  }

  /** A certificate with an EC key. */
  public Pair issue(String name, String san) {
    return issue(name, san, "EC", "-groupname", "secp256r1");
  }

  /**
   * A certificate signed by this authority.
   *
   * @param name of the files, and its common name
   * @param san for example {@code ip:127.0.0.1} or {@code uri:spiffe://mesh.test/edge}
   * @param algorithm of its key, and more options of {@code keytool -genkeypair}
   */
  public Pair issue(String name, String san, String algorithm, String... options) {
    List<String> generate = new ArrayList<>(List.of("-genkeypair", "-keyalg", algorithm));
    generate.addAll(List.of(options));
    keytool(name, generate.toArray(String[]::new));
    Path request = folder.resolve(name + ".csr");
    Path certificate = folder.resolve(name + ".crt");
    keytool(name, "-certreq", "-file", request.toString());
    keytool(
        CA,
        "-gencert",
        "-rfc",
        "-infile",
        request.toString(),
        "-outfile",
        certificate.toString(),
        "-ext",
        "san=" + san);
    return new Pair(certificate, writeKey(name));
  }

  private Path writeKey(String name) {
    try (InputStream in = Files.newInputStream(folder.resolve(name + ".p12"))) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, PASSWORD.toCharArray());
      byte[] key = store.getKey(name, PASSWORD.toCharArray()).getEncoded();
      String pem =
          "-----BEGIN PRIVATE KEY-----\n"
              + Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(key)
              + "\n-----END PRIVATE KEY-----\n";
      return Files.writeString(folder.resolve(name + ".key"), pem);
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private void keytool(String alias, String... command) {
    List<String> all = new ArrayList<>();
    all.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    // Each call is a JVM of its own, which ends before a compiler would pay.
    all.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", "-J-Xshare:auto"));
    all.addAll(List.of(command));
    all.addAll(List.of("-alias", alias, "-storetype", "PKCS12", "-storepass", PASSWORD));
    all.addAll(List.of("-keystore", folder.resolve(alias + ".p12").toString()));
    if (List.of(command).contains("-genkeypair")) {
      all.addAll(List.of("-dname", "CN=" + alias, "-validity", "2"));
    }
    Path output = folder.resolve("keytool.log");
    try {
      Process process =
          new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(output.toFile()).start();
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new AssertionError(all + ": " + Files.readString(output));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Replaces a file at once, so that nobody reads a half of it. */
  public static void put(Path from, Path to) {
    try {
      Path beside = to.resolveSibling(to.getFileName() + ".new");
      Files.copy(from, beside, StandardCopyOption.REPLACE_EXISTING);
      Files.move(beside, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
