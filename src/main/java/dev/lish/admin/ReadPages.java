package dev.lish.admin;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.lish.accesslog.AccessLogView;
import dev.lish.accesslog.RawView;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.pipeline.View;
import dev.lish.serve.NodeView;
import dev.lish.snapshot.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The pages that only tell. */
final class ReadPages {
  private static final String CONFIG = "/config";

  private final Reads reads;
  private final Function<Resource, String> json;
  private final About about;
  private final Instant startedAt;

  ReadPages(Reads reads, Function<Resource, String> json, About about) {
    this.reads = reads;
    this.json = json;
    this.about = about;
    this.startedAt = about.clock().instant();
  }

  private record Status(
      String version,
      String replica,
      String startedAt,
      long uptimeSeconds,
      boolean ready,
      List<String> notReady,
      @Nullable Integer head,
      List<ViewJson.StageBrief> stages,
      ViewJson.Membership membership,
      Map<String, Integer> nodes,
      ViewJson.ProblemCount problems,
      List<ViewJson.Source> sources,
      List<ViewJson.Drained> drains,
      AccessLogStatus accessLogs) {}

  private record AccessLogStatus(long openStreams, long messages, long entries) {
    static AccessLogStatus of(AccessLogView view) {
      return new AccessLogStatus(
          view.received().openStreams(), view.received().messages(), view.entries());
    }
  }

  Reply status(ServiceRequestContext ctx) {
    View view = reads.view().get();
    Map<String, Integer> nodes = new TreeMap<>();
    for (NodeView.State state : NodeView.State.values()) {
      nodes.put(NodeJson.label(state), 0);
    }
    nodes().forEach(n -> nodes.merge(NodeJson.label(n.state()), 1, Integer::sum));
    return Reply.ok(
        new Status(
            about.version(),
            about.replica(),
            startedAt.toString(),
            Duration.between(startedAt, about.clock().instant()).toSeconds(),
            view.notReady().isEmpty(),
            view.notReady(),
            ViewJson.number(view.head()),
            view.stages().stream().map(ViewJson.StageBrief::of).toList(),
            ViewJson.Membership.of(view),
            nodes,
            ViewJson.ProblemCount.of(view.stages()),
            ViewJson.Source.of(view),
            ViewJson.Drained.of(view),
            AccessLogStatus.of(reads.accessLogs().get())));
  }

  private record Problems(List<ViewJson.StageProblem> problems) {}

  Reply problems(ServiceRequestContext ctx) {
    return Reply.ok(new Problems(ViewJson.StageProblem.of(reads.view().get())));
  }

  private record Sources(List<ViewJson.Source> sources) {}

  Reply sources(ServiceRequestContext ctx) {
    return Reply.ok(new Sources(ViewJson.Source.of(reads.view().get())));
  }

  private record Drains(List<ViewJson.Drained> drains) {}

  Reply drains(ServiceRequestContext ctx) {
    return Reply.ok(new Drains(ViewJson.Drained.of(reads.view().get())));
  }

  Reply delivery(ServiceRequestContext ctx) {
    return Reply.ok(ViewJson.Delivery.of(reads.view().get()));
  }

  Reply guard(ServiceRequestContext ctx) {
    return Reply.ok(GuardJson.of(reads.view().get().guard()));
  }

  Reply whatIf(ServiceRequestContext ctx) {
    return Reply.ok(WhatIfJson.of(reads.view().get().guard(), reads.view().get().at(), ctx));
  }

  private record AccessLogsJson(
      @JsonUnwrapped AccessLogView.Received received,
      @JsonUnwrapped AccessLogView.Lost lost,
      List<CountJson> counts,
      List<AccessLogView.Log> logs,
      RawView raw) {}

  private record CountJson(String cluster, String response, long entries) {}

  Reply accessLogs(ServiceRequestContext ctx) {
    AccessLogView view = reads.accessLogs().get();
    return Reply.ok(
        new AccessLogsJson(
            view.received(),
            view.lost(),
            view.counts().stream()
                .map(c -> new CountJson(c.cluster(), c.response().label(), c.entries()))
                .toList(),
            view.logs(),
            view.raw()));
  }

  private record Nodes(List<NodeJson> nodes) {}

  Reply nodes(ServiceRequestContext ctx) {
    return Reply.ok(new Nodes(nodes().stream().map(n -> NodeJson.of(n, about.replica())).toList()));
  }

  private List<NodeView> nodes() {
    return NodeJson.perNode(reads.nodes().get());
  }

  /** {@code /nodes/{id}} and {@code /nodes/{id}/config}; an id may hold slashes. */
  Reply node(ServiceRequestContext ctx) {
    String rest = String.valueOf(ctx.pathParam("id"));
    Optional<NodeView> node = newest(rest);
    if (node.isPresent()) {
      return Reply.ok(NodeJson.of(node.get(), about.replica()));
    }
    if (!rest.endsWith(CONFIG)) {
      return noNode(rest);
    }
    String id = rest.substring(0, rest.length() - CONFIG.length());
    return newest(id).map(this::config).orElseGet(() -> noNode(id));
  }

  /** Of several with the same id, the one that connected last. */
  private Optional<NodeView> newest(String id) {
    return nodes().stream().filter(n -> n.node().id().equals(id)).reduce((older, newer) -> newer);
  }

  private static Reply noNode(String id) {
    return Reply.error(
        HttpStatus.NOT_FOUND, "node " + id + " is not connected (GET /api/v1/nodes lists all)");
  }

  private Reply config(NodeView node) {
    View view = reads.view().get();
    Optional<SnapshotKey> key = view.assignment().keyOf(node.node());
    if (key.isEmpty()) {
      return Reply.error(
          HttpStatus.NOT_FOUND,
          "node " + node.node().id() + " matches no stage and group, so it is sent nothing");
    }
    return view.assignment()
        .snapshot(key.get())
        .map(snapshot -> Reply.ok(config(snapshot)))
        .orElseGet(
            () ->
                Reply.error(
                    HttpStatus.NOT_FOUND, "the snapshot " + key.get() + " is not ready yet"));
  }

  private record Config(
      String stage,
      String group,
      SortedMap<String, String> by,
      int revision,
      String version,
      SortedMap<String, List<JsonNode>> resources,
      List<String> unanswered) {}

  private Config config(Snapshot snapshot) {
    SortedMap<String, List<JsonNode>> resources = new TreeMap<>();
    for (ResourceType type : ResourceType.values()) {
      List<JsonNode> printed = new ArrayList<>();
      for (Resource resource : new TreeMap<>(snapshot.set(type).byName()).values()) {
        printed.add(Json.tree(json.apply(resource)));
      }
      if (!printed.isEmpty()) {
        resources.put(type.typeUrl(), printed);
      }
    }
    return new Config(
        snapshot.key().stage(),
        snapshot.key().group(),
        snapshot.key().by(),
        snapshot.revision().number(),
        snapshot.version().value(),
        resources,
        List.copyOf(new TreeSet<>(snapshot.unanswered())));
  }

  /** {@code /snapshots/{stage}/{group}?<by key>=<value>}. */
  Reply snapshot(ServiceRequestContext ctx) {
    View view = reads.view().get();
    TreeMap<String, String> by = new TreeMap<>();
    ctx.queryParams().forEach((name, value) -> by.put(name, value));
    SnapshotKey key =
        new SnapshotKey(
            String.valueOf(ctx.pathParam("stage")), String.valueOf(ctx.pathParam("group")), by);
    return view.assignment()
        .snapshot(key)
        .map(snapshot -> Reply.ok(config(snapshot)))
        .orElseGet(
            () -> {
              List<String> known =
                  view.assignment().snapshots().keySet().stream()
                      .map(SnapshotKey::toString)
                      .sorted()
                      .toList();
              return Reply.error(
                  HttpStatus.NOT_FOUND, "snapshot " + key + " (expected: one of " + known + ")");
            });
  }
}
