package dev.lish.admin;

import dev.lish.accesslog.AccessLogView;
import dev.lish.accesslog.RawLog;
import dev.lish.accesslog.Span;
import dev.lish.accesslog.Traffic;
import dev.lish.pipeline.View;
import dev.lish.serve.NodeView;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Where the pages look; each is called per request and must not block.
 *
 * @param view the pipeline
 * @param nodes one per stream
 * @param accessLogs what was received
 * @param traffic what it says of the last minute, five minutes or hour
 * @param raw its entries as they come
 */
public record Reads(
    Supplier<View> view,
    Supplier<List<NodeView>> nodes,
    Supplier<AccessLogView> accessLogs,
    Function<Span, Traffic> traffic,
    RawLog raw) {}
