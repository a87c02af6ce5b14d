package dev.lish.trial;

import com.google.protobuf.ByteString;
import dev.lish.render.Bootstrap;
import dev.lish.source.MeshFolder;
import dev.lish.trial.wire.Authority;
import dev.lish.trial.wire.Issued;
import dev.lish.trial.wire.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The certificates by which Lish and the Envoys of a run know each other, where the mesh has rules
 * about them; else they speak in cleartext, which takes less time.
 */
final class Peers {
  private static final String SERVER = "127.0.0.1";
  private static final ByteString RULE = ByteString.copyFromUtf8(Kinds.PEER);

  private final Authority authority;

  private Peers(Authority authority) {
    this.authority = authority;
  }

  /** Empty when the mesh has no rule about certificates, and no overlay brings one. */
  static Optional<Peers> of(MeshFolder mesh, Authority authority) {
    boolean ruled =
        mesh.files().entrySet().stream()
            .filter(file -> file.getKey().equals("mesh.yaml") || file.getKey().startsWith("tests/"))
            .anyMatch(file -> contains(file.getValue(), RULE));
    return ruled ? Optional.of(new Peers(authority)) : Optional.empty();
  }

  private static boolean contains(ByteString text, ByteString part) {
    return text.toStringUtf8().contains(part.toStringUtf8());
  }

  /** Lish's own files. */
  MeshServer.Files server(Path folder) throws TrialException {
    return write(folder, List.of(Name.of(SERVER)));
  }

  /** An Envoy's files. */
  Bootstrap.Tls envoy(Path folder, List<Name> names) throws TrialException {
    MeshServer.Files files = write(folder, names);
    return new Bootstrap.Tls(
        files.ca().toString(), files.certificate().toString(), files.key().toString(), List.of());
  }

  private MeshServer.Files write(Path folder, List<Name> names) throws TrialException {
    Issued issued = authority.issue(names);
    try {
      return new MeshServer.Files(
          Files.writeString(folder.resolve("ca.pem"), authority.pem()),
          Files.writeString(folder.resolve("certificate.pem"), issued.certificatePem()),
          Files.writeString(folder.resolve("key.pem"), issued.keyPem()));
    } catch (IOException e) {
      throw new TrialException(folder + " cannot be written: " + e.getMessage(), e);
    }
  }
}
