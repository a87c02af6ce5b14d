package dev.lish.source.kept;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.lish.model.Drain;
import dev.lish.model.Locality;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.model.Version;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import dev.lish.source.MeshFolder;
import dev.lish.source.Service;
import dev.lish.source.SharedState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How a value lies in a file. The order of the fields is the format: a change needs a new number in
 * {@link Kept#FORMAT}.
 */
final class Format<T> {
  static final Format<List<Instance>> INSTANCES = listOf(Format::instance, Format::instance);

  static final Format<List<Service>> SERVICES =
      listOf(
          (out, s) -> {
            text(out, s.name());
            list(out, s.tags(), Format::text);
            texts(out, s.metadata());
          },
          in -> new Service(text(in), new TreeSet<>(list(in, Format::text)), texts(in)));

  static final Format<MeshFolder> FOLDER =
      new Format<>(
          (out, folder) -> {
            out.writeInt(folder.revision().number());
            list(
                out,
                folder.files().entrySet(),
                (o, file) -> {
                  text(o, file.getKey());
                  bytes(o, file.getValue().toByteArray());
                });
          },
          in -> {
            Revision revision = new Revision(in.readInt());
            TreeMap<String, ByteString> files = new TreeMap<>();
            for (Map.Entry<String, ByteString> file :
                list(in, i -> Map.entry(text(i), ByteString.copyFrom(bytes(i))))) {
              files.put(file.getKey(), file.getValue());
            }
            return new MeshFolder(revision, files);
          });

  static final Format<SharedState> SHARED =
      new Format<>(
          (out, state) -> {
            out.writeInt(state.revision().number());
            number(out, state.membership());
            list(
                out,
                state.stages().entrySet(),
                (o, stage) -> {
                  text(o, stage.getKey());
                  control(o, stage.getValue());
                });
            list(out, state.drains().values(), Format::drain);
            HoldFormat.write(out, state.holds());
          },
          in -> {
            Revision revision = new Revision(in.readInt());
            Optional<Revision> membership = number(in);
            TreeMap<String, StageControl> stages = new TreeMap<>();
            for (Map.Entry<String, StageControl> stage :
                list(in, i -> Map.entry(text(i), control(i)))) {
              stages.put(stage.getKey(), stage.getValue());
            }
            TreeMap<String, Drain> drains = new TreeMap<>();
            // Written before there were drains, it ends here.
            for (Drain drain : in.available() == 0 ? List.<Drain>of() : list(in, Format::drain)) {
              drains.put(drain.target(), drain);
            }
            return new SharedState(revision, stages, membership, drains, HoldFormat.read(in));
          });

  static final Format<KeptSet> SET =
      new Format<>(
          (out, set) -> {
            text(out, set.type().name());
            text(out, set.version().value());
            list(
                out,
                set.resources(),
                (o, resource) -> {
                  text(o, resource.name());
                  bytes(o, resource.body().toByteArray());
                });
          },
          in -> {
            ResourceType type = ResourceType.valueOf(text(in));
            Version version = new Version(text(in));
            return new KeptSet(
                type,
                version,
                list(in, i -> Resource.of(type, text(i), ByteString.copyFrom(bytes(i)), "")));
          });

  /** The number of the mesh revision that was head. */
  static final Format<Revision> REVISION =
      new Format<>(
          (out, revision) -> out.writeInt(revision.number()), in -> new Revision(in.readInt()));

  private final Writer<T> writer;
  private final Reader<T> reader;

  interface Writer<T> {
    void write(DataOutputStream out, T value) throws IOException;
  }

  interface Reader<T> {
    T read(DataInputStream in) throws IOException;
  }

  private Format(Writer<T> writer, Reader<T> reader) {
    this.writer = writer;
    this.reader = reader;
  }

  byte[] encode(T value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      writer.write(new DataOutputStream(bytes), value);
    } catch (IOException e) {
      throw new IllegalStateException("memory cannot fail to be written", e);
    }
    return bytes.toByteArray();
  }

  /**
   * The value.
   *
   * @throws IOException when the bytes are none of this format
   */
  T decode(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    try {
      T value = reader.read(in);
      if (in.available() > 0) {
        throw new IOException(in.available() + " bytes too many");
      }
      return value;
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static <E> Format<List<E>> listOf(Writer<E> writer, Reader<E> reader) {
    return new Format<>(
        (out, values) -> list(out, values, writer), in -> List.copyOf(list(in, reader)));
  }

  static <E> void list(DataOutputStream out, Collection<E> values, Writer<E> writer)
      throws IOException {
    out.writeInt(values.size());
    for (E value : values) {
      writer.write(out, value);
    }
  }

  static <E> List<E> list(DataInputStream in, Reader<E> reader) throws IOException {
    int size = size(in);
    List<E> values = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      values.add(reader.read(in));
    }
    return values;
  }

  static void instance(DataOutputStream out, Instance i) throws IOException {
    text(out, i.id());
    text(out, i.address());
    out.writeInt(i.port());
    text(out, i.health().name());
    out.writeInt(i.weight());
    text(out, i.locality().region());
    text(out, i.locality().zone());
    text(out, i.locality().subZone());
    texts(out, i.metadata());
  }

  static Instance instance(DataInputStream in) throws IOException {
    return new Instance(
        text(in),
        text(in),
        in.readInt(),
        Health.valueOf(text(in)),
        in.readInt(),
        new Locality(text(in), text(in), text(in)),
        texts(in));
  }

  private static void control(DataOutputStream out, StageControl control) throws IOException {
    number(out, control.revision());
    number(out, control.pausedAt());
    out.writeInt(control.epoch());
    text(out, control.by());
    text(out, control.reason());
    text(out, control.at().toString());
  }

  private static StageControl control(DataInputStream in) throws IOException {
    return new StageControl(
        number(in), number(in), in.readInt(), text(in), text(in), Instant.parse(text(in)));
  }

  private static void drain(DataOutputStream out, Drain drain) throws IOException {
    text(out, drain.target());
    text(out, drain.by());
    text(out, drain.reason());
    text(out, drain.at().toString());
  }

  private static Drain drain(DataInputStream in) throws IOException {
    return new Drain(text(in), text(in), text(in), Instant.parse(text(in)));
  }

  private static void number(DataOutputStream out, Optional<Revision> revision) throws IOException {
    out.writeInt(revision.map(Revision::number).orElse(-1));
  }

  private static Optional<Revision> number(DataInputStream in) throws IOException {
    int number = in.readInt();
    return number < 0 ? Optional.empty() : Optional.of(new Revision(number));
  }

  private static void texts(DataOutputStream out, Map<String, String> texts) throws IOException {
    list(
        out,
        texts.entrySet(),
        (o, entry) -> {
          text(o, entry.getKey());
          text(o, entry.getValue());
        });
  }

  private static SortedMap<String, String> texts(DataInputStream in) throws IOException {
    TreeMap<String, String> texts = new TreeMap<>();
    for (Map.Entry<String, String> entry : list(in, i -> Map.entry(text(i), text(i)))) {
      texts.put(entry.getKey(), entry.getValue());
    }
    return texts;
  }

  static void text(DataOutputStream out, String text) throws IOException {
    bytes(out, text.getBytes(UTF_8));
  }

  static String text(DataInputStream in) throws IOException {
    return new String(bytes(in), UTF_8);
  }

  private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    byte[] bytes = new byte[size(in)];
    in.readFully(bytes);
    return bytes;
  }

  /** No size can be larger than what is left: a broken one must not fill the heap. */
  private static int size(DataInputStream in) throws IOException {
    int size = in.readInt();
    if (size < 0 || size > in.available()) {
      throw new EOFException("a size of " + size + " with " + in.available() + " bytes left");
    }
    return size;
  }
}
