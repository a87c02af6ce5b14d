package dev.lish.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The token for everything that changes something; made at the first start. */
public final class AdminToken {
  private static final Logger LOG = LoggerFactory.getLogger(AdminToken.class);
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final int BYTES = 32;

  private AdminToken() {}

  /**
   * Reads the token, or makes one that only the owner can read. A file that others can read is made
   * private again, with a warning, and its token replaced: it may be known already.
   *
   * @throws UncheckedIOException when the file can be neither read nor written
   */
  public static String readOrCreate(Path file) {
    try {
      if (Files.exists(file)) {
        Set<PosixFilePermission> found = Files.getPosixFilePermissions(file);
        if (OWNER_ONLY.containsAll(found)) {
          return read(file);
        }
        LOG.warn(
            "{}: mode {} (expected: {}): others may know the token, so a new one is made",
            file,
            PosixFilePermissions.toString(found),
            PosixFilePermissions.toString(OWNER_ONLY));
        Files.delete(file);
      }
      return create(file);
    } catch (FileAlreadyExistsException e) {
      // Another process was first, between the look and the creation.
      return readOrCreate(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": " + e, e);
    }
  }

  private static String read(Path file) throws IOException {
    String token = Files.readString(file, US_ASCII).trim();
    if (token.isEmpty()) {
      throw new IOException("empty (expected: a token; remove the file to have one made)");
    }
    return token;
  }

  private static String create(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    String token = HexFormat.of().formatHex(random);
    // The mode is given when the file is made: there is no moment at which others can read it.
    try (FileChannel channel =
        FileChannel.open(
            file, Set.of(CREATE_NEW, WRITE), PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
      ByteBuffer bytes = ByteBuffer.wrap((token + "\n").getBytes(US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    return token;
  }
}
