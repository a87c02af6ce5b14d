package dev.lish.source.kept;

import dev.lish.source.Hold;
import dev.lish.source.Holds;
import dev.lish.source.Release;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Holds, as the last part of the shared state; a file without them has none. */
final class HoldFormat {
  private HoldFormat() {}

  static void write(DataOutputStream out, Holds holds) throws IOException {
    Format.list(out, holds.holds().values(), HoldFormat::hold);
    Format.list(out, holds.releases().values(), HoldFormat::release);
  }

  static Holds read(DataInputStream in) throws IOException {
    if (in.available() == 0) {
      return Holds.NONE;
    }
    TreeMap<String, Hold> holds = new TreeMap<>();
    for (Hold hold : Format.list(in, HoldFormat::hold)) {
      holds.put(hold.name(), hold);
    }
    TreeMap<String, Release> releases = new TreeMap<>();
    for (Release release : Format.list(in, HoldFormat::release)) {
      releases.put(release.cluster(), release);
    }
    return new Holds(holds, releases);
  }

  private static void hold(DataOutputStream out, Hold hold) throws IOException {
    Format.text(out, hold.kind().name());
    Format.text(out, hold.of());
    Format.list(
        out,
        hold.hosts().entrySet(),
        (o, host) -> {
          Format.text(o, host.getKey());
          Format.text(o, host.getValue().since().toString());
          Format.text(o, host.getValue().until().toString());
          Format.list(o, host.getValue().instance().stream().toList(), Format::instance);
        });
  }

  private static Hold hold(DataInputStream in) throws IOException {
    Hold.Kind kind = Hold.Kind.valueOf(Format.text(in));
    String of = Format.text(in);
    TreeMap<String, Hold.Entry> hosts = new TreeMap<>();
    List<Map.Entry<String, Hold.Entry>> entries =
        Format.list(in, i -> Map.entry(Format.text(i), entry(i)));
    entries.forEach(entry -> hosts.put(entry.getKey(), entry.getValue()));
    return new Hold(kind, of, hosts);
  }

  private static Hold.Entry entry(DataInputStream in) throws IOException {
    Instant since = Instant.parse(Format.text(in));
    Instant until = Instant.parse(Format.text(in));
    return new Hold.Entry(
        since,
        until,
        Format.list(in, i -> Optional.of(Format.instance(i))).stream()
            .findFirst()
            .flatMap(found -> found));
  }

  private static void release(DataOutputStream out, Release release) throws IOException {
    Format.text(out, release.cluster());
    Format.list(out, release.of(), Format::text);
    Format.text(out, release.by());
    Format.text(out, release.reason());
    Format.text(out, release.at().toString());
  }

  private static Release release(DataInputStream in) throws IOException {
    return new Release(
        Format.text(in),
        new TreeSet<>(Format.list(in, Format::text)),
        Format.text(in),
        Format.text(in),
        Instant.parse(Format.text(in)));
  }
}
