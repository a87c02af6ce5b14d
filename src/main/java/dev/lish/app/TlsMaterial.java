package dev.lish.app;

import com.google.protobuf.ByteString;
import dev.lish.config.ServerTls;
import dev.lish.model.ContentHash;
import dev.lish.render.CertificateKey;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's certificate, key and the authorities of its clients, as files that are read again when
 * they change. A handshake uses what was read last; a broken file leaves the last good material in
 * use.
 */
final class TlsMaterial {
  private static final Logger log = LoggerFactory.getLogger(TlsMaterial.class);

  private final String name;
  private final ServerTls files;
  private final List<Consumer<Loaded>> listeners = new CopyOnWriteArrayList<>();
  private volatile Loaded loaded;
  private volatile Loaded previous;
  private String trouble = "";
  private String told = "";

  /**
   * What the files hold.
   *
   * @param hash of all of them
   * @param clients checks the certificates of clients; empty: none is asked for
   */
  record Loaded(
      ContentHash hash,
      PrivateKey key,
      List<X509Certificate> chain,
      Optional<X509ExtendedTrustManager> clients) {
    /** When the first certificate of the chain expires. */
    Instant expires() {
      return chain.stream()
          .map(certificate -> certificate.getNotAfter().toInstant())
          .min(Comparator.naturalOrder())
          .orElse(Instant.MAX);
    }

    /** Never the key. */
    @Override
    public String toString() {
      return "Loaded[" + hash + "]";
    }
  }

  private record Content(Pem certificate, Pem key, Optional<Pem> authority) {
    ContentHash hash() {
      return ContentHash.of(
          certificate.content().toByteArray(),
          key.content().toByteArray(),
          authority.map(Pem::content).orElse(ByteString.EMPTY).toByteArray());
    }
  }

  /**
   * Reads the files for the first time.
   *
   * @param name the section of {@code lish.yaml}, for the log
   * @throws IOException naming the file that cannot be used
   */
  TlsMaterial(String name, ServerTls files) throws IOException {
    this.name = name;
    this.files = files;
    loaded = load(read());
    previous = loaded;
  }

  Loaded current() {
    return loaded;
  }

  /** What had this hash, while a handshake that chose it goes on; else what is current. */
  Loaded of(String hash) {
    Loaded before = previous;
    return before.hash.toString().equals(hash) ? before : loaded;
  }

  /** Calls the listener after every change, from the thread that refreshes. */
  void watch(Consumer<Loaded> listener) {
    listeners.add(listener);
  }

  /** Reads the files again. Called now and then, from one thread. */
  void refresh() {
    try {
      Content content = read();
      if (!content.hash().equals(loaded.hash)) {
        Loaded next = load(content);
        previous = loaded;
        loaded = next;
        log.info("{}: {} was read again, for new connections", name, files.certificate());
        listeners.forEach(listener -> listener.accept(next));
      }
      trouble = "";
      told = "";
    } catch (IOException e) {
      tell(String.valueOf(e.getMessage()));
    }
  }

  /** A pair is written one file after the other, so what is wrong for a moment only is not told. */
  private void tell(String cause) {
    if (cause.equals(trouble) && !cause.equals(told)) {
      log.warn("{}: the last good certificate stays in use: {}", name, cause);
      told = cause;
    }
    trouble = cause;
  }

  private Content read() throws IOException {
    Optional<Path> authority = files.clientCa();
    return new Content(
        Pem.read(files.certificate()),
        Pem.read(files.privateKey()),
        authority.isPresent() ? Optional.of(Pem.read(authority.get())) : Optional.empty());
  }

  private static Loaded load(Content content) throws IOException {
    List<X509Certificate> chain = content.certificate.certificates();
    PrivateKey key = content.key.privateKey();
    if (!CertificateKey.belongs(key, chain.get(0).getPublicKey())) {
      throw new IOException(
          content.key.file()
              + ": not the key of the first certificate in "
              + content.certificate.file()
              + " (expected: the server's own certificate first, and its key)");
    }
    Optional<X509ExtendedTrustManager> clients =
        content.authority.isPresent()
            ? Optional.of(trust(content.authority.get()))
            : Optional.empty();
    return new Loaded(content.hash(), key, chain, clients);
  }

  private static X509ExtendedTrustManager trust(Pem authority) throws IOException {
    List<X509Certificate> certificates = authority.certificates();
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < certificates.size(); i++) {
        store.setCertificateEntry("ca-" + i, certificates.get(i));
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager extended) {
          return extended;
        }
      }
      throw new IOException("the JDK has no X509ExtendedTrustManager");
    } catch (GeneralSecurityException e) {
      throw new IOException(authority.file() + ": cannot be used: " + e.getMessage(), e);
    }
  }
}
