package dev.lish.serve;

import dev.lish.model.ResourceType;
import java.util.function.BiConsumer;

/** What one stream lets metrics and views know of its responses and their answers. */
final class Account {
  private final XdsMeter meter;
  private final Report report;
  private final Placement placement;

  Account(XdsMeter meter, Report report, Placement placement) {
    this.meter = meter;
    this.report = report;
    this.placement = placement;
  }

  /** The client asked for something. */
  void asked(ResourceType type, long now) {
    report.of(type).asked = now;
    placement.changed(now);
  }

  /** The client wants something of this type, or does not. */
  void subscribes(ResourceType type, boolean wants) {
    Told told = report.of(type);
    if (told.subscribed != wants) {
      told.subscribed = wants;
      if (wants) {
        meter.subscribed(type);
      } else {
        meter.unsubscribed(type);
      }
    }
  }

  /** A response went out. */
  void sent(Payload payload, int bytes, long now) {
    ResourceType type = payload.type();
    Told told = report.of(type);
    long since = placement.since(told.asked);
    told.change = since;
    if (since > 0) {
      meter.changeSent(type, Math.max(0, now - since));
    }
    told.sent(payload.version(), now);
    meter.sent(type, bytes, payload.size(), Math.max(0, now - placement.changedAt()));
  }

  /** The client said something of a response; a rejection is to be told to others too. */
  void answered(
      ResourceType type, Reply reply, BiConsumer<TypeStream.InFlight, Rejection> tell, long now) {
    switch (reply.kind()) {
      case NONE -> {}
      case STALE -> meter.stale(type);
      case ACK -> {
        TypeStream.InFlight about = reply.about().orElseThrow();
        accepted(type, about, now);
        report.accepted(type, about.draft().payload().version(), now);
      }
      case PART -> {
        accepted(type, reply.about().orElseThrow(), now);
        report.acceptedInPart(type, now);
      }
      case NACK -> {
        TypeStream.InFlight about = reply.about().orElseThrow();
        Rejection rejection = Rejection.of(about.draft().payload(), reply.error());
        meter.nacked(type);
        report.rejected(type, about.draft().payload().version(), rejection, now);
        tell.accept(about, rejection);
      }
    }
  }

  private void accepted(ResourceType type, TypeStream.InFlight about, long now) {
    meter.acked(type, now - about.sentAt());
    long since = report.of(type).change;
    if (since > 0) {
      meter.changeAcked(type, Math.max(0, now - since));
    }
  }
}
