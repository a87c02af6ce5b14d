package dev.lish.source.files;

import com.google.protobuf.ByteString;
import dev.lish.source.Listing;
import dev.lish.source.Listing.Listed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Reads the versions of one registry file. Of a version in which few services differ from the last
 * one, only these are parsed; whatever could make the rest mean something else, or is wrong, leads
 * to the whole being parsed, so the outcome is always that of {@link RegistryFile#parse}. For use
 * by one thread at a time.
 */
final class RegistryReread {
  private static final byte[] HEADER = "services:\n".getBytes(StandardCharsets.US_ASCII);

  private final String path;
  private Optional<Pieces> last = Optional.empty();

  /**
   * A reader of the file.
   *
   * @param path for Problems
   */
  RegistryReread(String path) {
    this.path = path;
  }

  /**
   * A valid file, cut before the line of each service.
   *
   * @param column of the names
   * @param cuts name and first byte of each service, in the order of the file
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Pieces(
      byte[] bytes, int column, List<Cut> cuts, SortedMap<String, Listed> services) {
    /** Where the piece begins, or where the last one ends. */
    int edge(int piece) {
      return piece < cuts.size() ? cuts.get(piece).at() : bytes.length;
    }

    /** The piece that holds the byte; negative: what is before the services. */
    int holding(int at) {
      int piece = cuts.size() - 1;
      while (piece >= 0 && cuts.get(piece).at() > at) {
        piece--;
      }
      return piece;
    }
  }

  private record Cut(String name, int at) {}

  /** What this version of the file says. */
  RegistryFile read(ByteString content) {
    byte[] bytes = content.toByteArray();
    Optional<Pieces> next = last.flatMap(old -> changed(old, bytes));
    if (next.isPresent()) {
      last = next;
      return new RegistryFile.Services(new Listing(next.get().services()));
    }
    RegistryFileReader reader = new RegistryFileReader(path);
    RegistryFile file = reader.read(content);
    last =
        file.match(s -> pieces(bytes, reader, s.listing().services()), broken -> Optional.empty());
    return file;
  }

  /** The pieces of the new version; empty when it must be parsed as a whole. */
  private Optional<Pieces> changed(Pieces old, byte[] now) {
    int same = Arrays.mismatch(old.bytes(), now);
    if (same < 0) {
      return Optional.of(old);
    }
    int from = old.holding(same - 1);
    if (from < 0 || now.length > YamlFile.LONGEST) {
      return Optional.empty();
    }
    int to = from + 1;
    int different = old.bytes().length - sameAtEnd(old.bytes(), now, same);
    while (old.edge(to) < different) {
      to++;
    }
    int end = now.length - (old.bytes().length - old.edge(to));
    if (to < old.cuts().size() && now[end - 1] != '\n') {
      return Optional.empty();
    }
    byte[] changed = Arrays.copyOfRange(now, old.edge(from), end);
    int until = to;
    return parse(changed, old.column()).flatMap(part -> replace(old, now, from, until, part));
  }

  private static int sameAtEnd(byte[] old, byte[] now, int sameAtStart) {
    int most = Math.min(old.length, now.length) - sameAtStart;
    int same = 0;
    while (same < most && old[old.length - 1 - same] == now[now.length - 1 - same]) {
      same++;
    }
    return same;
  }

  /** Some services alone; empty unless they are valid and mean the same among others. */
  private Optional<Pieces> parse(byte[] services, int column) {
    byte[] document = Arrays.copyOf(HEADER, HEADER.length + services.length);
    System.arraycopy(services, 0, document, HEADER.length, services.length);
    RegistryFileReader reader = new RegistryFileReader(path);
    Optional<Pieces> part =
        reader
            .read(ByteString.copyFrom(document))
            .match(
                s -> pieces(document, reader, s.listing().services()), broken -> Optional.empty());
    // Else the first lines would belong to the service before, and the last ones to the one after.
    return part.filter(p -> p.column() == column && p.edge(0) == HEADER.length)
        .filter(p -> indented(services));
  }

  /** A line at the margin might end the document, and what follows would be another one. */
  private static boolean indented(byte[] services) {
    for (int i = 0; i < services.length; i++) {
      boolean starts = i == 0 || services[i - 1] == '\n';
      if (starts && services[i] != ' ' && services[i] != '\n' && services[i] != '#') {
        return false;
      }
    }
    return true;
  }

  private static Optional<Pieces> replace(Pieces old, byte[] now, int from, int to, Pieces part) {
    TreeMap<String, Listed> services = new TreeMap<>(old.services());
    old.cuts().subList(from, to).forEach(cut -> services.remove(cut.name()));
    List<Cut> cuts = new ArrayList<>(old.cuts().subList(0, from));
    int moved = old.edge(from) - HEADER.length;
    for (Cut cut : part.cuts()) {
      cuts.add(new Cut(cut.name(), cut.at() + moved));
      if (services.put(cut.name(), part.services().get(cut.name())) != null) {
        return Optional.empty();
      }
    }
    int grown = now.length - old.bytes().length;
    old.cuts()
        .subList(to, old.cuts().size())
        .forEach(cut -> cuts.add(new Cut(cut.name(), cut.at() + grown)));
    int instances = services.values().stream().mapToInt(s -> s.instances().size()).sum();
    return instances > RegistryFileReader.MOST_INSTANCES
        ? Optional.empty()
        : Optional.of(new Pieces(now, old.column(), cuts, services));
  }

  /** Cuts a valid file; empty when it is not written one service after the other. */
  private static Optional<Pieces> pieces(
      byte[] bytes, RegistryFileReader reader, SortedMap<String, Listed> services) {
    Optional<MappingNode> map = reader.services().filter(m -> m.getFlowStyle() == FlowStyle.BLOCK);
    if (map.isEmpty() || !plain(bytes)) {
      return Optional.empty();
    }
    int[] lines = lines(bytes);
    int column = map.get().getStartMark().map(Mark::getColumn).orElse(-1);
    List<Cut> cuts = new ArrayList<>();
    for (NodeTuple tuple : map.get().getValue()) {
      Node key = tuple.getKeyNode();
      Optional<Mark> mark = key.getStartMark();
      if (mark.isEmpty() || mark.get().getColumn() != column || !(key instanceof ScalarNode name)) {
        return Optional.empty();
      }
      int at = lines[mark.get().getLine()];
      for (int i = at; i < at + column; i++) {
        if (bytes[i] != ' ') {
          return Optional.empty();
        }
      }
      cuts.add(new Cut(name.getValue(), at));
    }
    return Optional.of(new Pieces(bytes, column, cuts, services));
  }

  /** Nothing that refers to elsewhere, and no line break but the one. */
  private static boolean plain(byte[] bytes) {
    for (byte b : bytes) {
      boolean control = b < ' ' && b != '\n' && b != '\t'; // or not ASCII
      if (control || b == '&' || b == '*') {
        return false;
      }
    }
    return true;
  }

  private static int[] lines(byte[] bytes) {
    int[] lines = new int[1024];
    int count = 1;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        lines = count == lines.length ? Arrays.copyOf(lines, count * 2) : lines;
        lines[count++] = i + 1;
      }
    }
    return Arrays.copyOf(lines, count);
  }
}
