package dev.lish;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.lish.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The package table of ARCHITECTURE.md, as a test: a package without a row fails the build. */
class ArchitectureTest {
  private static final String ROOT = "dev.lish.";
  private static final JavaClasses LISH =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.lish");

  /** Package: which of ours it may import. */
  private static final Map<String, List<String>> TABLE =
      parse(
          """
          model:
          source: model
          source.dogma: source model
          source.web:
          source.consul: source source.web model
          source.files: source model
          source.http: source source.web model
          source.kept: source model
          render: guard source model
          check: source render model
          snapshot: guard model
          guard: model
          delivery: guard snapshot model
          pipeline: source render snapshot guard delivery serve model
          serve: snapshot model
          transport:
          accesslog: model
          admin: pipeline delivery guard serve accesslog source render snapshot model
          metrics: pipeline delivery guard serve accesslog source snapshot model
          config: model
          diff: render delivery snapshot model
          recorder: model
          trial: trial.wire recorder serve snapshot render source source.files model
          trial.wire:
          app: model source source.web source.dogma source.consul source.files source.http source.kept render \
            snapshot guard delivery pipeline serve transport accesslog admin metrics config recorder trial
          cli: app config source source.files render check snapshot guard delivery diff trial model
          """);

  /** Library: the only packages that may use it. */
  private static final Map<String, List<String>> HOMES =
      parse(
          """
          com.linecorp.centraldogma: source.dogma
          io.pebbletemplates: render
          com.google.protobuf.util: render
          io.grpc: serve accesslog app recorder transport
          io.netty.handler.codec.http2: transport trial.wire
          org.apache.kafka: accesslog
          io.micrometer: metrics app source.dogma
          com.linecorp.armeria.server: app admin serve accesslog transport
          picocli: cli
          com.google.re2j: check
          """);

  private static final List<String> PURE =
      List.of("model", "render", "check", "snapshot", "guard", "delivery", "diff");

  @Test
  void everyPackageHasARow() {
    Set<String> found = new TreeSet<>();
    LISH.forEach(c -> found.add(c.getPackageName()));
    Set<String> rows = new TreeSet<>();
    TABLE.keySet().forEach(name -> rows.add(ROOT + name));
    assertThat(rows).containsAll(found);
  }

  @Test
  void importsFollowTheTable() {
    TABLE.forEach(
        (name, mayImport) -> {
          List<String> allowed = new ArrayList<>(List.of(ROOT + name));
          mayImport.forEach(other -> allowed.add(ROOT + other));
          DescribedPredicate<JavaClass> forbidden =
              DescribedPredicate.describe(
                  "of our packages other than " + allowed,
                  c ->
                      c.getPackageName().startsWith("dev.lish")
                          && !allowed.contains(c.getPackageName()));
          noClasses()
              .that()
              .resideInAPackage(ROOT + name)
              .should()
              .dependOnClassesThat(forbidden)
              .allowEmptyShould(true)
              .check(LISH);
        });
  }

  @Test
  void everyLibraryStaysAtHome() {
    HOMES.forEach(
        (library, packages) -> {
          String[] homes = packages.stream().map(ROOT::concat).toArray(String[]::new);
          noClasses()
              .that()
              .resideOutsideOfPackages(homes)
              .should()
              .dependOnClassesThat()
              .resideInAPackage(library + "..")
              .allowEmptyShould(true)
              .check(LISH);
        });
  }

  private static Map<String, List<String>> parse(String table) {
    Map<String, List<String>> rows = new LinkedHashMap<>();
    for (String line : table.lines().toList()) {
      List<String> words =
          Splitter.on(CharMatcher.anyOf(": ")).omitEmptyStrings().splitToList(line);
      rows.put(words.get(0), words.subList(1, words.size()));
    }
    return rows;
  }

  @Test
  void onlyARehearsalGoesPastTheGuard() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "trial")
        .should()
        .callMethod(Snapshot.class, "rehearsed", Map.class)
        .check(LISH);
  }

  @Test
  void pureStagesTouchNoClockThreadDiskOrLogger() {
    for (String pure : PURE) {
      noClasses()
          .that()
          .resideInAPackage(ROOT + pure)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.util.concurrent",
              "java.nio.file",
              "java.net.http",
              "org.slf4j",
              "java.time.zone")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.time.Clock")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.Thread")
          .allowEmptyShould(true)
          .check(LISH);
    }
  }

  @Test
  void everyPackageIsNullMarked() {
    classes()
        .that()
        .haveSimpleName("package-info")
        .should()
        .beAnnotatedWith("org.jspecify.annotations.NullMarked")
        .check(LISH);
  }
}
