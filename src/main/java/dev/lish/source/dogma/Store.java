package dev.lish.source.dogma;

import com.google.common.base.CharMatcher;
import com.linecorp.centraldogma.client.CentralDogma;
import com.linecorp.centraldogma.client.CentralDogmaRepository;
import com.linecorp.centraldogma.common.Change;
import com.linecorp.centraldogma.common.Commit;
import com.linecorp.centraldogma.common.Entry;
import com.linecorp.centraldogma.common.EntryType;
import com.linecorp.centraldogma.common.Markup;
import com.linecorp.centraldogma.common.PathPattern;
import com.linecorp.centraldogma.common.ProjectExistsException;
import com.linecorp.centraldogma.common.RepositoryExistsException;
import com.linecorp.centraldogma.common.Revision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One repository, asked one thing at a time: every call blocks, is bounded in time, and fails with
 * a message for operators.
 */
final class Store {
  private static final String AUTHOR = "By: ";

  private final CentralDogma dogma;
  private final String project;
  private final String name;
  private final Pace pace;
  private final CentralDogmaRepository repository;

  Store(CentralDogma dogma, String project, String name, Pace pace) {
    this.dogma = dogma;
    this.project = project;
    this.name = name;
    this.pace = pace;
    this.repository = dogma.forRepo(project, name);
  }

  Pace pace() {
    return pace;
  }

  int head() throws Failure, InterruptedException {
    return Failure.await(repository.normalize(Revision.HEAD), pace.call()).major();
  }

  /** Waits for a commit after this revision; empty when there was none for a while. */
  Optional<Integer> next(int known) throws Failure, InterruptedException {
    Duration wait = pace.poll();
    Revision announced =
        Failure.await(
            repository
                .watch(PathPattern.all())
                .timeout(wait)
                .start(new Revision(known))
                // Null says that nothing came.
                .thenApply(r -> r == null ? Revision.INIT : r),
            wait.plus(pace.call()));
    return announced.equals(Revision.INIT) ? Optional.empty() : Optional.of(announced.major());
  }

  /** When the repository was made: tells a repository from another of the same name. */
  long birth() throws Failure, InterruptedException {
    return Failure.await(repository.history().get(Revision.INIT, Revision.INIT), pace.call())
        .stream()
        .findFirst()
        .map(Commit::when)
        .orElse(0L);
  }

  /** The text of the files that match, by path. JSON comes as Central Dogma writes it. */
  SortedMap<String, String> read(int revision, List<String> patterns)
      throws Failure, InterruptedException {
    Map<String, Entry<?>> entries =
        Failure.await(
            repository.file(PathPattern.of(patterns)).get(new Revision(revision)), pace.read());
    SortedMap<String, String> texts = new TreeMap<>();
    entries.forEach(
        (path, entry) -> {
          if (entry.type() != EntryType.DIRECTORY) {
            texts.put(path, entry.contentAsText());
          }
        });
    return texts;
  }

  List<Change<?>> diff(int from, int to) throws Failure, InterruptedException {
    return Failure.await(
        repository.diff(PathPattern.all()).get(new Revision(from), new Revision(to)), pace.read());
  }

  /** The commits that touch a file, newest first, from this revision back to that one. */
  List<Commit> history(String pattern, int newest, int oldest, int most)
      throws Failure, InterruptedException {
    List<Commit> commits =
        Failure.await(
            repository
                .history(PathPattern.of(pattern))
                .maxCommits(most)
                .get(new Revision(newest), new Revision(oldest)),
            pace.call());
    List<Commit> sorted = new ArrayList<>(commits);
    sorted.sort((a, b) -> b.revision().major() - a.revision().major());
    return sorted;
  }

  /** Commits on this base, or fails with {@code ChangeConflictException}. */
  int commit(int base, String message, String author, List<Change<?>> changes)
      throws Failure, InterruptedException {
    String summary = message.strip().lines().findFirst().orElse("");
    String rest = message.strip().substring(summary.length()).strip();
    // Central Dogma names the owner of the token as the author; who asked for it stands here.
    String asked = AUTHOR + CharMatcher.whitespace().trimAndCollapseFrom(author, ' ');
    String detail = rest.isEmpty() ? asked : rest + "\n\n" + asked;
    return Failure.await(
            repository
                .commit(summary, changes)
                .detail(detail, Markup.PLAINTEXT)
                .push(new Revision(base)),
            pace.read())
        .revision()
        .major();
  }

  /** Who made a commit, and what it says: {@code revision 3 by ann: Move payments}. */
  static String describe(Commit commit) {
    String author =
        commit
            .detail()
            .lines()
            .filter(line -> line.startsWith(AUTHOR))
            .reduce((first, last) -> last)
            .map(line -> line.substring(AUTHOR.length()))
            .orElse(commit.author().name());
    return "revision "
        + commit.revision().major()
        + " by "
        + author
        + " at "
        + commit.whenAsText()
        + ": "
        + commit.summary();
  }

  /** Makes the project and the repository where they are missing. */
  void create() throws Failure, InterruptedException {
    try {
      Failure.await(dogma.createProject(project), pace.call());
    } catch (Failure e) {
      if (!e.is(ProjectExistsException.class)) {
        throw new Failure("project " + project + " cannot be made: " + e.getMessage(), e);
      }
    }
    try {
      Failure.await(dogma.createRepository(project, name), pace.call());
    } catch (Failure e) {
      if (!e.is(RepositoryExistsException.class)) {
        throw new Failure("repository " + this + " cannot be made: " + e.getMessage(), e);
      }
    }
  }

  /** {@code project/repository}. */
  @Override
  public String toString() {
    return project + "/" + name;
  }
}
