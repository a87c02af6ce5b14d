package dev.lish.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.lish.guard.Base;
import dev.lish.guard.Presence;
import dev.lish.model.ContentHash;
import dev.lish.model.Locality;
import dev.lish.pipeline.Memory.Seen;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code data/guard/}: what was sent last of each assignment, and what each query gave last. On the
 * disk before it is sent. What cannot be read, or has a wrong checksum, counts as unknown.
 */
final class GuardFiles implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GuardFiles.class);
  private static final int MOST_FILES = 20_000;
  private static final long JOURNAL = 8L << 20;

  private final Path folder;
  private final ForcedRecords records;

  /**
   * Reads what an earlier run left.
   *
   * @param force false: what is committed may be lost with the power
   */
  GuardFiles(Path data, boolean force) {
    folder = data.resolve("guard");
    records = new ForcedRecords(folder, force, JOURNAL);
    try {
      trim();
    } catch (IOException e) {
      log.warn("{}: old files cannot be removed: {}", folder, e.toString());
    }
  }

  /** Assignments that no mesh names any more stay until there are too many. */
  private void trim() throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.list(folder)) {
      all = new ArrayList<>(files.toList());
    }
    if (all.size() > MOST_FILES) {
      all.sort(Comparator.comparingLong(file -> file.toFile().lastModified()));
      for (Path old : all.subList(0, all.size() - MOST_FILES)) {
        Files.deleteIfExists(old);
      }
    }
  }

  Optional<String> trouble() {
    return records.trouble();
  }

  /** Returns when all that was kept is on the disk. */
  void commit() {
    records.commit();
  }

  @Override
  public void close() {
    records.close();
  }

  // ---- assignments

  Optional<Base> base(String name, String variant) {
    Optional<Base> own = read(file(name, variant), GuardFiles::base);
    return own.or(() -> anyBase(name));
  }

  /** The mesh changed while Lish was down: the hosts are those of before all the same. */
  private Optional<Base> anyBase(String name) {
    return records.names(prefix(name)).stream()
        .flatMap(file -> read(file, GuardFiles::base).stream())
        .findFirst();
  }

  void keepBase(String name, String variant, Base base) {
    write(file(name, variant), out -> base(out, base));
  }

  private static String prefix(String name) {
    return "a-" + hash(name) + "-";
  }

  private static String file(String name, String variant) {
    return prefix(name) + hash(variant);
  }

  private static void base(DataOutputStream out, Base base) throws IOException {
    out.writeInt(base.hosts().size());
    for (Map.Entry<String, Base.Known> host : base.hosts().entrySet()) {
      Base.Known known = host.getValue();
      out.writeUTF(host.getKey());
      out.writeInt(known.priority());
      out.writeUTF(known.added().toString());
      out.writeBoolean(known.inherited());
      time(out, known.passingSince());
      out.writeBoolean(known.settled());
      time(out, known.leaving());
      out.writeInt(known.form().size());
      known.form().writeTo(out);
    }
    out.writeInt(base.gone().size());
    for (Instant at : base.gone()) {
      out.writeUTF(at.toString());
    }
    time(out, base.raisedSince());
  }

  private static Base base(DataInputStream in) throws IOException {
    TreeMap<String, Base.Known> hosts = new TreeMap<>();
    for (int i = in.readInt(); i > 0; i--) {
      hosts.put(
          in.readUTF(),
          new Base.Known(
              in.readInt(),
              Instant.parse(in.readUTF()),
              in.readBoolean(),
              time(in),
              in.readBoolean(),
              time(in),
              ByteString.copyFrom(bytes(in))));
    }
    List<Instant> gone = new ArrayList<>();
    for (int i = in.readInt(); i > 0; i--) {
      gone.add(Instant.parse(in.readUTF()));
    }
    return new Base(hosts, gone, time(in));
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    int size = in.readInt();
    if (size < 0 || size > in.available()) {
      throw new IOException("a size of " + size);
    }
    return in.readNBytes(size);
  }

  // ---- queries

  Optional<Seen> service(DiscoveryQuery query) {
    return read("q-" + hash(query.toString()), GuardFiles::seen);
  }

  void keepService(DiscoveryQuery query, Seen seen) {
    write("q-" + hash(query.toString()), out -> seen(out, seen));
  }

  private static void seen(DataOutputStream out, Seen seen) throws IOException {
    out.writeInt(seen.instances().size());
    for (Map.Entry<String, Instance> host : seen.instances().entrySet()) {
      Instance instance = host.getValue();
      out.writeUTF(host.getKey());
      out.writeBoolean(seen.presence().last().getOrDefault(host.getKey(), false));
      out.writeUTF(instance.id());
      out.writeUTF(instance.address());
      out.writeInt(instance.port());
      out.writeUTF(instance.health().name());
      out.writeInt(instance.weight());
      out.writeUTF(instance.locality().region());
      out.writeUTF(instance.locality().zone());
      out.writeUTF(instance.locality().subZone());
      out.writeInt(instance.metadata().size());
      for (Map.Entry<String, String> pair : instance.metadata().entrySet()) {
        out.writeUTF(pair.getKey());
        out.writeUTF(pair.getValue());
      }
    }
    times(out, seen.presence().gone());
    times(out, seen.presence().turned());
    out.writeInt(seen.presence().most());
  }

  private static Seen seen(DataInputStream in) throws IOException {
    SortedMap<String, Boolean> passing = new TreeMap<>();
    SortedMap<String, Instance> instances = new TreeMap<>();
    for (int i = in.readInt(); i > 0; i--) {
      String host = in.readUTF();
      passing.put(host, in.readBoolean());
      String id = in.readUTF();
      String address = in.readUTF();
      int port = in.readInt();
      Health health = Health.valueOf(in.readUTF());
      int weight = in.readInt();
      Locality locality = new Locality(in.readUTF(), in.readUTF(), in.readUTF());
      SortedMap<String, String> metadata = new TreeMap<>();
      for (int j = in.readInt(); j > 0; j--) {
        metadata.put(in.readUTF(), in.readUTF());
      }
      instances.put(host, new Instance(id, address, port, health, weight, locality, metadata));
    }
    SortedMap<String, Instant> gone = times(in);
    SortedMap<String, Instant> turned = times(in);
    int most = in.available() == 0 ? passing.size() : in.readInt();
    return new Seen(new Presence(passing, gone, turned, most), instances);
  }

  private static void times(DataOutputStream out, SortedMap<String, Instant> times)
      throws IOException {
    out.writeInt(times.size());
    for (Map.Entry<String, Instant> time : times.entrySet()) {
      out.writeUTF(time.getKey());
      out.writeUTF(time.getValue().toString());
    }
  }

  private static SortedMap<String, Instant> times(DataInputStream in) throws IOException {
    SortedMap<String, Instant> times = new TreeMap<>();
    // Written before departures were kept, it ends here.
    for (int i = in.available() == 0 ? 0 : in.readInt(); i > 0; i--) {
      times.put(in.readUTF(), Instant.parse(in.readUTF()));
    }
    return times;
  }

  // ---- files

  private interface Writer {
    void write(DataOutputStream out) throws IOException;
  }

  private interface Reader<T> {
    T read(DataInputStream in) throws IOException;
  }

  private static void time(DataOutputStream out, Optional<Instant> time) throws IOException {
    out.writeUTF(time.map(Instant::toString).orElse(""));
  }

  private static Optional<Instant> time(DataInputStream in) throws IOException {
    String text = in.readUTF();
    return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
  }

  private <T> Optional<T> read(String name, Reader<T> reader) {
    try {
      Optional<byte[]> content = records.get(name);
      return content.isEmpty()
          ? Optional.empty()
          : Optional.of(reader.read(new DataInputStream(new ByteArrayInputStream(content.get()))));
    } catch (IOException | IllegalArgumentException | DateTimeException e) {
      log.warn("{} in {} cannot be read and counts as unknown: {}", name, folder, e.toString());
      return Optional.empty();
    }
  }

  private void write(String name, Writer writer) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      writer.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail to be written", e);
    }
    records.put(name, bytes.toByteArray());
  }

  private static String hash(String text) {
    return ContentHash.of(text.getBytes(UTF_8)).toString().substring(0, 20);
  }
}
