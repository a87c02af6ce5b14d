package dev.lish.app;

import dev.lish.guard.Base;
import dev.lish.model.Drain;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.pipeline.LocalOrder;
import dev.lish.pipeline.Memory;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.MeshFolder;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this replica remembers, as small files in {@code data/}: which revisions each stage has
 * served, and local orders. Written in the background; a full disk is logged and changes nothing
 * else.
 */
final class ReplicaMemory implements Memory, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ReplicaMemory.class);

  /** How many revisions of a stage are remembered. */
  private static final int HISTORY = 50;

  private final Path served;
  private final Path orders;
  private final Path drains;
  private final BiConsumer<MeshFolder, Set<Revision>> keepFolder;
  private final Supplier<Optional<String>> keptTrouble;
  private final boolean servedBefore;
  private Optional<MeshFolder> membership = Optional.empty();
  private final GuardFiles guard;
  private volatile Optional<String> trouble = Optional.empty();
  private final Map<String, List<Revision>> history = new ConcurrentHashMap<>();
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "lish-memory"));

  /**
   * Reads the files of an earlier run.
   *
   * @param force false: what {@link #commit} wrote may be lost with the power
   * @param keepFolder keeps a folder that is served, and forgets those of other revisions than
   *     these
   * @param keptTrouble why kept folders and sources cannot be written
   */
  ReplicaMemory(
      Path folder,
      boolean force,
      BiConsumer<MeshFolder, Set<Revision>> keepFolder,
      Supplier<Optional<String>> keptTrouble) {
    this.keptTrouble = keptTrouble;
    this.guard = new GuardFiles(folder, force);
    this.served = folder.resolve("served.properties");
    this.orders = folder.resolve("local-orders.properties");
    this.drains = folder.resolve("local-drains.properties");
    this.keepFolder = keepFolder;
    read(served).forEach((stage, text) -> history.put(stage, revisions(text)));
    servedBefore = !history.isEmpty();
  }

  @Override
  public List<Revision> served(String stage) {
    return history.getOrDefault(stage, List.of());
  }

  @Override
  public void serves(String stage, MeshFolder folder) {
    List<Revision> next = new ArrayList<>(served(stage));
    next.remove(folder.revision());
    next.add(folder.revision());
    int surplus = Math.max(0, next.size() - HISTORY);
    history.put(stage, List.copyOf(next.subList(surplus, next.size())));
    keepFolder.accept(folder, current());
    Map<String, String> lines = new TreeMap<>();
    history.forEach((name, all) -> lines.put(name, text(all)));
    write(served, lines);
  }

  private Set<Revision> current() {
    Set<Revision> current = new TreeSet<>();
    history.values().forEach(all -> current.add(all.get(all.size() - 1)));
    membership.ifPresent(folder -> current.add(folder.revision()));
    return current;
  }

  @Override
  public void membership(MeshFolder folder) {
    if (!membership.equals(Optional.of(folder))) {
      membership = Optional.of(folder);
      keepFolder.accept(folder, current());
    }
  }

  @Override
  public boolean servedBefore() {
    return servedBefore;
  }

  @Override
  public Optional<Base> base(String name, String variant) {
    return guard.base(name, variant);
  }

  @Override
  public void keepBase(String name, String variant, Base base) {
    guard.keepBase(name, variant, base);
  }

  @Override
  public Optional<Seen> service(DiscoveryQuery query) {
    return guard.service(query);
  }

  @Override
  public void keepService(DiscoveryQuery query, Seen seen) {
    guard.keepService(query, seen);
  }

  @Override
  public void commit() {
    guard.commit();
  }

  @Override
  public Optional<String> trouble() {
    return keptTrouble.get().or(guard::trouble).or(() -> trouble);
  }

  @Override
  public Map<String, LocalOrder<StageControl>> localOrders() {
    Map<String, LocalOrder<StageControl>> found = new TreeMap<>();
    read(orders)
        .forEach((stage, text) -> LocalLines.stage(text).ifPresent(o -> found.put(stage, o)));
    return found;
  }

  @Override
  public void keepLocalOrders(Map<String, LocalOrder<StageControl>> given) {
    Map<String, String> lines = new TreeMap<>();
    given.forEach((stage, order) -> lines.put(stage, LocalLines.ofStage(order)));
    write(orders, lines);
  }

  @Override
  public Map<String, LocalOrder<Optional<Drain>>> localDrains() {
    Map<String, LocalOrder<Optional<Drain>>> found = new TreeMap<>();
    read(drains)
        .forEach(
            (target, text) -> LocalLines.drain(target, text).ifPresent(o -> found.put(target, o)));
    return found;
  }

  @Override
  public void keepLocalDrains(Map<String, LocalOrder<Optional<Drain>>> given) {
    Map<String, String> lines = new TreeMap<>();
    given.forEach((target, order) -> lines.put(target, LocalLines.ofDrain(order)));
    write(drains, lines);
  }

  private static List<Revision> revisions(String text) {
    List<Revision> revisions = new ArrayList<>();
    for (String word : text.split(" ", -1)) {
      if (word.matches("\\d{1,9}")) {
        revisions.add(new Revision(Integer.parseInt(word)));
      }
    }
    return List.copyOf(revisions);
  }

  private static String text(List<Revision> revisions) {
    return String.join(" ", revisions.stream().map(Revision::toString).toList());
  }

  private static Map<String, String> read(Path file) {
    Properties properties = new Properties();
    if (Files.exists(file)) {
      try {
        properties.load(new StringReader(Files.readString(file)));
      } catch (IOException | IllegalArgumentException e) {
        log.warn("{} cannot be read and is taken as empty: {}", file, e.toString());
      }
    }
    Map<String, String> lines = new TreeMap<>();
    properties.stringPropertyNames().forEach(key -> lines.put(key, properties.getProperty(key)));
    return lines;
  }

  private void write(Path file, Map<String, String> lines) {
    Properties properties = new Properties();
    properties.putAll(lines);
    StringWriter text = new StringWriter();
    try {
      properties.store(text, null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      writer.execute(() -> replace(file, text.toString()));
    } catch (RejectedExecutionException closed) {
      log.trace("{} is not written: Lish ends", file, closed);
    }
  }

  private void replace(Path file, String text) {
    try {
      Path temporary = file.resolveSibling(file.getFileName() + ".new");
      Files.writeString(temporary, text);
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      trouble = Optional.empty();
    } catch (IOException e) {
      trouble = Optional.of(file + ": " + e);
      log.error(
          "{} cannot be written; Lish goes on, but a restart forgets: {}", file, e.toString());
    }
  }

  /** Waits for what is still to be written, for a moment. */
  @Override
  public void close() {
    guard.close();
    writer.shutdown();
    try {
      if (!writer.awaitTermination(2, TimeUnit.SECONDS)) {
        log.warn("{} could not be written in time", served);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
