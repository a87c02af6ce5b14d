package dev.lish.admin;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.lish.accesslog.RawFilter;
import dev.lish.accesslog.RawLog;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** {@code /api/v1/logs}: entries of access logs as they come, until the reader hangs up. */
final class LogsPage {
  /** Lines on their way to a reader; more are not kept for one who is slow. */
  private static final int MOST_PENDING = 1_000;

  private final RawLog raw;

  LogsPage(RawLog raw) {
    this.raw = raw;
  }

  HttpResponse follow(ServiceRequestContext ctx) {
    RawFilter filter;
    try {
      Query query = Query.of(ctx, Set.of("cluster"), Set.of("status"));
      filter = RawFilter.parse(query.get("cluster", ""), query.all("status"));
    } catch (IllegalArgumentException | WrongRequest e) {
      return Reply.error(HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage())).toResponse();
    }
    ctx.clearRequestTimeout();
    HttpResponseWriter writer = HttpResponse.streaming();
    AutoCloseable following;
    try {
      following = raw.follow(filter, new Reader(writer));
    } catch (IllegalStateException e) {
      writer.abort();
      return Reply.error(HttpStatus.TOO_MANY_REQUESTS, String.valueOf(e.getMessage())).toResponse();
    }
    var unused = writer.whenComplete().handle((done, failure) -> close(following));
    writer.write(
        ResponseHeaders.builder(HttpStatus.OK)
            .set(HttpHeaderNames.CONTENT_TYPE, "application/x-ndjson")
            .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
            .set(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
            .build());
    return writer;
  }

  private static boolean close(AutoCloseable following) {
    try {
      following.close();
      return true;
    } catch (Exception e) {
      throw new IllegalStateException("a reader is only taken off a list", e);
    }
  }

  private static final class Reader implements Consumer<String> {
    private final HttpResponseWriter writer;
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicLong missed = new AtomicLong();

    Reader(HttpResponseWriter writer) {
      this.writer = writer;
    }

    @Override
    public void accept(String line) {
      if (pending.get() >= MOST_PENDING) {
        missed.incrementAndGet();
        return;
      }
      long lost = missed.getAndSet(0);
      String told = lost == 0 ? line : "{\"missed\":" + lost + "}\n" + line;
      if (writer.tryWrite(HttpData.ofUtf8(told + "\n"))) {
        pending.incrementAndGet();
        var unused = writer.whenConsumed().thenRun(pending::decrementAndGet);
      }
    }
  }
}
