package dev.lish.cli;

import dev.lish.diff.FieldChange;
import dev.lish.diff.ResourceChange;
import dev.lish.model.SnapshotKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints a diff for people: on a terminal, or as a comment of a review. */
final class DiffText {
  private static final int SHORT_RESOURCES = 20;
  private static final int SHORT_FIELDS = 3;
  private static final int SHORT_VALUE = 80;
  private static final int SHORT_KINDS = 4;

  private final DiffReport report;
  private final boolean full;

  DiffText(DiffReport report, boolean full) {
    this.report = report;
    this.full = full;
  }

  void text(Terminal terminal) {
    report.held().forEach(jump -> terminal.print(terminal.red(Terminal.clean(held(jump)))));
    if (report.diff().isEmpty()) {
      terminal.print("no Envoy would get anything else");
      assumed(terminal);
      return;
    }
    Table table =
        new Table("STAGE", "GROUP", "ADDED", "CHANGED", "REMOVED", "ENVOYS", "PUSH", "EFFECT");
    for (List<String> row : rows()) {
      table.add(row.toArray(String[]::new));
    }
    table.print(terminal);
    terminal.print("");
    List<DiffReport.Shared> all = report.shared();
    for (DiffReport.Shared shared : shown(all)) {
      String head = Terminal.clean(sign(shared.change()) + " " + head(shared));
      terminal.print(shared.change().effect().disturbs() ? terminal.yellow(head) : head);
      fields(shared.change()).forEach(field -> terminal.print("    " + Terminal.clean(field)));
    }
    more(all.size()).ifPresent(terminal::print);
    assumed(terminal);
  }

  private void assumed(Terminal terminal) {
    report
        .assumed()
        .forEach(one -> terminal.print(terminal.yellow("assumed: " + Terminal.clean(one))));
  }

  void markdown(Terminal terminal) {
    terminal.print(
        "### What Envoys get: `%s` → `%s`"
            .formatted(report.sides().before(), report.sides().after()));
    terminal.print("");
    report.held().forEach(jump -> terminal.print("> **" + held(jump) + "**\n"));
    if (report.diff().isEmpty()) {
      terminal.print("No Envoy would get anything else.");
      report.assumed().forEach(one -> terminal.print("\n*Assumed: " + escaped(one) + "*"));
      return;
    }
    terminal.print("| stage | group | added | changed | removed | Envoys | push | effect |");
    terminal.print("|---|---|---|---|---|---|---|---|");
    for (List<String> row : rows()) {
      terminal.print(
          "| " + String.join(" | ", row.stream().map(DiffText::escaped).toList()) + " |");
    }
    terminal.print("");
    List<DiffReport.Shared> all = report.shared();
    for (DiffReport.Shared shared : shown(all)) {
      terminal.print("* " + escaped(head(shared)));
      for (String field : fields(shared.change())) {
        terminal.print("  * `" + Terminal.clean(field).replace('`', '\'') + "`");
      }
    }
    more(all.size()).ifPresent(line -> terminal.print("\n" + line));
    report.assumed().forEach(one -> terminal.print("\n*Assumed: " + escaped(one) + "*"));
  }

  /** A name may hold what Markdown or a table takes for its own. */
  private static String escaped(String text) {
    return Terminal.clean(text).replaceAll("([\\\\`*_|<>\\[\\]])", "\\\\$1");
  }

  private static String held(String jump) {
    return jump + ": a server holds such a revision until `lish promote`";
  }

  private List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    for (Map.Entry<SnapshotKey, List<ResourceChange>> kind : report.diff().kinds().entrySet()) {
      List<ResourceChange> changes = kind.getValue();
      if (!changes.isEmpty()) {
        String effects = DiffReport.effects(changes);
        rows.add(
            List.of(
                kind.getKey().stage(),
                group(kind.getKey()),
                Long.toString(DiffReport.count(changes, ResourceChange.Kind.ADDED)),
                Long.toString(DiffReport.count(changes, ResourceChange.Kind.CHANGED)),
                Long.toString(DiffReport.count(changes, ResourceChange.Kind.REMOVED)),
                report.envoys(kind.getKey()),
                size(DiffReport.bytes(changes)),
                effects.isEmpty() ? "nothing is closed" : effects));
      }
    }
    return rows;
  }

  private static String group(SnapshotKey key) {
    return key.by().isEmpty()
        ? key.group()
        : key.group() + " " + String.join(" ", key.by().values());
  }

  private static String size(long bytes) {
    return bytes < 1024
        ? bytes + " B"
        : bytes < 1 << 20
            ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
            : String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
  }

  private List<DiffReport.Shared> shown(List<DiffReport.Shared> all) {
    return full ? all : all.subList(0, Math.min(SHORT_RESOURCES, all.size()));
  }

  private java.util.Optional<String> more(int all) {
    return full || all <= SHORT_RESOURCES
        ? java.util.Optional.empty()
        : java.util.Optional.of((all - SHORT_RESOURCES) + " more resources (--full shows all)");
  }

  private static String sign(ResourceChange change) {
    return switch (change.kind()) {
      case ADDED -> "+";
      case CHANGED -> "~";
      case REMOVED -> "-";
    };
  }

  private String head(DiffReport.Shared shared) {
    ResourceChange change = shared.change();
    return "%s %s %s, %s (%s)%s"
        .formatted(
            change.type().label(),
            change.name(),
            DiffReport.word(change.kind()),
            change.effect().sentence(),
            kinds(shared.kinds()),
            change.path().isEmpty() ? "" : " " + change.path());
  }

  private String kinds(List<SnapshotKey> keys) {
    int most = full ? keys.size() : Math.min(SHORT_KINDS, keys.size());
    List<String> names =
        keys.subList(0, most).stream().map(k -> k.stage() + "/" + group(k)).toList();
    return String.join(", ", names)
        + (keys.size() > most ? " and " + (keys.size() - most) + " more" : "");
  }

  private List<String> fields(ResourceChange change) {
    List<String> lines = new ArrayList<>();
    List<FieldChange> fields = change.fields();
    for (FieldChange field :
        full ? fields : fields.subList(0, Math.min(SHORT_FIELDS, fields.size()))) {
      lines.add(
          field.path()
              + ": "
              + value(field.before().orElse("(not set)"))
              + " -> "
              + value(field.after().orElse("(not set)")));
    }
    if (!full && fields.size() > SHORT_FIELDS) {
      lines.add((fields.size() - SHORT_FIELDS) + " more fields");
    }
    return lines;
  }

  private String value(String text) {
    return full || text.length() <= SHORT_VALUE ? text : text.substring(0, SHORT_VALUE) + "…";
  }
}
