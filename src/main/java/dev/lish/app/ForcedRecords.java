package dev.lish.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lish.model.ContentHash;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Named records that survive a power loss from {@link #commit} on. What is put goes to the end of a
 * journal, forced to the disk once for all that came together; when a journal is long, its records
 * become files of their own in the background, and it is removed.
 *
 * <p>A journal is {@code journal-N}: for each record its length (an int), a checksum of 16 bytes,
 * its name and its content. It ends at the first record whose checksum is wrong: what a crash cut
 * off. A file is a checksum and the content.
 */
final class ForcedRecords implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ForcedRecords.class);
  private static final String JOURNAL = "journal-";
  private static final int CHECKSUM = 16;

  private final Path folder;
  private final boolean force;
  private final long longest;

  /** What the journals have, by name: newer than what its file says. */
  private final Map<String, byte[]> recent = new HashMap<>();

  private final ExecutorService background =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "lish-records"));
  private ByteArrayOutputStream batch = new ByteArrayOutputStream();
  private @Nullable FileOutputStream journal;
  private int number;
  private long length;
  private boolean settling;
  private volatile Optional<String> trouble = Optional.empty();

  /**
   * Reads the journals of an earlier run.
   *
   * @param force false: a commit hands its records to the operating system and does not wait for
   *     the disk
   * @param longest bytes of a journal after which its records become files
   */
  ForcedRecords(Path folder, boolean force, long longest) {
    this.folder = folder;
    this.force = force;
    this.longest = longest;
    try {
      Files.createDirectories(folder);
      for (Map.Entry<Integer, Path> one : journals().entrySet()) {
        number = one.getKey();
        replay(one.getValue());
      }
      if (!recent.isEmpty()) {
        settle();
      }
    } catch (IOException e) {
      fail(folder, e);
    }
  }

  private SortedMap<Integer, Path> journals() throws IOException {
    TreeMap<Integer, Path> journals = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.matches(JOURNAL + "\\d{1,9}")) {
          journals.put(Integer.parseInt(name.substring(JOURNAL.length())), file);
        }
      }
    }
    return journals;
  }

  private void replay(Path file) throws IOException {
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      while (true) {
        int size = in.readInt();
        if (size < 0 || size > Files.size(file)) {
          throw new EOFException("a size of " + size);
        }
        byte[] checksum = in.readNBytes(CHECKSUM);
        byte[] record = in.readNBytes(size);
        if (record.length < size || !Arrays.equals(checksum, checksum(record))) {
          throw new EOFException("a wrong checksum");
        }
        ByteBuffer buffer = ByteBuffer.wrap(record);
        byte[] name = new byte[buffer.getShort()];
        buffer.get(name);
        byte[] content = new byte[buffer.remaining()];
        buffer.get(content);
        recent.put(new String(name, UTF_8), content);
      }
    } catch (EOFException e) {
      log.debug("{} ends: {}", file, e.getMessage());
    }
  }

  /** The newest content of this name; empty when there is none, or it cannot be read. */
  Optional<byte[]> get(String name) {
    synchronized (this) {
      byte[] content = recent.get(name);
      if (content != null) {
        return Optional.of(content);
      }
    }
    Path file = folder.resolve(name);
    try {
      byte[] all = Files.readAllBytes(file);
      byte[] content = Arrays.copyOfRange(all, Math.min(CHECKSUM, all.length), all.length);
      // A file of zeros, as a power loss can leave it, would else count as content.
      if (all.length < CHECKSUM
          || !Arrays.equals(all, 0, CHECKSUM, checksum(content), 0, CHECKSUM)) {
        throw new IOException("its checksum is wrong");
      }
      return Optional.of(content);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      log.warn("{} cannot be read and counts as unknown: {}", file, e.toString());
      return Optional.empty();
    }
  }

  /** The names that begin so; those that changed last come first. */
  List<String> names(String prefix) {
    List<String> names = new ArrayList<>();
    synchronized (this) {
      recent.keySet().stream().filter(name -> name.startsWith(prefix)).forEach(names::add);
    }
    try (Stream<Path> files = Files.list(folder)) {
      files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .sorted((a, b) -> Long.compare(b.toFile().lastModified(), a.toFile().lastModified()))
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.endsWith(".new") && !names.contains(name))
          .forEach(names::add);
    } catch (IOException e) {
      log.warn("{} cannot be read: {}", folder, e.toString());
    }
    return names;
  }

  /** Puts a record; it is safe when the next {@link #commit} returns. */
  synchronized void put(String name, byte[] content) {
    recent.put(name, content);
    append(name, content);
  }

  private void append(String name, byte[] content) {
    byte[] text = name.getBytes(UTF_8);
    byte[] record =
        ByteBuffer.allocate(2 + text.length + content.length)
            .putShort((short) text.length)
            .put(text)
            .put(content)
            .array();
    try {
      DataOutputStream out = new DataOutputStream(batch);
      out.writeInt(record.length);
      out.write(checksum(record));
      out.write(record);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail to be written", e);
    }
  }

  /** Returns when all that was put is on the disk; if that fails, {@link #trouble} says why. */
  synchronized void commit() {
    if (batch.size() == 0) {
      return;
    }
    try {
      FileOutputStream out = open();
      batch.writeTo(out);
      if (force) {
        out.getFD().sync();
      }
      length += batch.size();
      batch.reset();
      if (trouble.isPresent()) {
        log.info("{} can be written again", folder);
      }
      trouble = Optional.empty();
    } catch (IOException e) {
      fail(folder, e);
      abandon();
    }
    if (length > longest && !settling) {
      settle();
    }
  }

  private FileOutputStream open() throws IOException {
    if (journal == null) {
      number++;
      journal = new FileOutputStream(folder.resolve(JOURNAL + number).toFile());
      length = 0;
      if (force) {
        forceFolder();
      }
    }
    return journal;
  }

  private void forceFolder() throws IOException {
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  /** The journal may end in half a record: another one takes all that is not in files. */
  private void abandon() {
    closeJournal();
    batch = new ByteArrayOutputStream();
    recent.forEach(this::append);
  }

  private void closeJournal() {
    try {
      if (journal != null) {
        journal.close();
      }
    } catch (IOException e) {
      log.debug("a journal could not be closed: {}", e.toString());
    }
    journal = null;
    length = 0;
  }

  /** Makes files of what the journals have, in the background, and removes these. */
  private synchronized void settle() {
    closeJournal();
    settling = true;
    int last = number;
    Map<String, byte[]> records = new HashMap<>(recent);
    try {
      background.execute(() -> settle(records, last));
    } catch (RejectedExecutionException closed) {
      settling = false;
    }
  }

  private void settle(Map<String, byte[]> records, int last) {
    try {
      for (Map.Entry<String, byte[]> one : records.entrySet()) {
        write(one.getKey(), one.getValue());
      }
      forceFolder();
      for (Path old : journals().headMap(last + 1).values()) {
        Files.delete(old);
      }
      synchronized (this) {
        // One that was put meanwhile is another array.
        recent.entrySet().removeIf(one -> records.get(one.getKey()) == one.getValue());
        settling = false;
      }
    } catch (IOException e) {
      fail(folder, e);
      synchronized (this) {
        settling = false;
      }
    }
  }

  private void write(String name, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    Path temporary = folder.resolve(name + ".new");
    try (FileOutputStream out = new FileOutputStream(temporary.toFile())) {
      out.write(checksum(content));
      out.write(content);
      if (force) {
        out.getFD().sync();
      }
    }
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private void fail(Path where, IOException e) {
    if (trouble.isEmpty()) {
      log.error(
          "{} cannot be written; Lish goes on, but a restart forgets: {}", where, e.toString());
    }
    trouble = Optional.of(where + ": " + e);
  }

  Optional<String> trouble() {
    return trouble;
  }

  private static byte[] checksum(byte[] content) {
    ContentHash hash = ContentHash.of("guard".getBytes(UTF_8), content);
    return ByteBuffer.allocate(CHECKSUM).putLong(hash.high()).putLong(hash.low()).array();
  }

  @Override
  public void close() {
    commit();
    background.shutdown();
    try {
      if (!background.awaitTermination(2, TimeUnit.SECONDS)) {
        log.info("{}: what is left of the journal is read at the next start", folder);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      closeJournal();
    }
  }
}
