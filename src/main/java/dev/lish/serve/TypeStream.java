package dev.lish.serve;

import dev.lish.model.ContentHash;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.Snapshot;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one stream has of one type: a shared set and the few names in which the stream differs from
 * it. Pure. {@link Turn} works out what to send next.
 */
final class TypeStream {
  /** Why a name needs attention although it may not have changed. */
  enum Todo {
    /** The client asked for it, or has something else than we would think. */
    ANSWER,
    /** An assignment of a changed cluster, which warms only when it comes again. */
    AGAIN,
    /** The client has it, we do not know what it is, and it does not exist any more. */
    GONE
  }

  /** A bound on memory. */
  private static final int MOST_OVERTAKEN = 16;

  /** A response that waits for its answer. */
  record InFlight(Draft draft, long nonce, long sentAt, Snapshot from) {}

  final ResourceType type;
  final boolean delta;
  final Subscription subscription;
  private Names lastNames = Names.NONE;
  private long lastNonce = Nonce.NONE;

  private Claims claims = Claims.NONE;
  private boolean brought;
  private boolean resolved;

  /** What the client has, once it has accepted all that it was sent, but for {@link #todo}. */
  ResourceSet base;

  /** Nearly always empty: then one instance serves all streams. {@link #attend} puts. */
  Map<String, Todo> todo = Collections.emptyMap();

  /** The next response carries everything: what the client has is not known. */
  boolean whole;

  /**
   * The next response with something new carries everything. It is not due for that: it would be
   * again when it has not been answered either.
   */
  boolean forgot;

  /** The next response is due even if there is nothing in it. */
  boolean answerDue;

  /** The client brought along something that we do not know the content of. */
  boolean unsure;

  /** There is something to send, but the client has rejected it before. */
  boolean suppressed;

  /** Of a rejected response with several resources: they are tried one by one. */
  Set<String> suspects = Collections.emptySet();

  /** Whole contents, or single resources, that must never go again on this stream. */
  final Rejected rejected = new Rejected();

  private @Nullable InFlight inFlight;

  /** Unanswered responses before that one, oldest first. */
  private final Deque<InFlight> overtaken = new ArrayDeque<>(0);

  private boolean late;
  private boolean nacked;

  /** What was in the response that was rejected last. */
  private List<Resource> refused = List.of();

  TypeStream(ResourceType type, boolean delta) {
    this.type = type;
    this.delta = delta;
    subscription = new Subscription(type);
    base = ResourceSet.empty(type);
  }

  /** Takes in a request of the client. */
  Reply request(Request request) {
    boolean first = !subscription.started();
    // "The management server should not send a DiscoveryResponse for any DiscoveryRequest that has
    // a stale nonce." In delta "the server must honor changes to the subscription state even if the
    // nonce is stale". A nonce "does not survive stream restarts", so a first one means nothing.
    if (!delta && !first && request.nonce() != Nonce.NONE && request.nonce() != lastNonce) {
      return Reply.STALE;
    }
    Reply reply = first ? Reply.NONE : answer(request);
    if (first) {
      claims = Claims.of(request, delta);
      brought = !claims.isEmpty();
    }
    if (delta) {
      if (first || request.names() > 0) {
        apply(subscription.delta(request.subscribe(), request.unsubscribe()));
      }
    } else if (first || !request.repeats(lastNames)) {
      lastNames = request.named();
      apply(subscription.sotw(request.subscribe()));
    }
    makeUp();
    return reply;
  }

  /** SotW: the names of the last request. */
  Names lastNames() {
    return lastNames;
  }

  /** Whoever wants nothing any more of what it rejected will never accept anything in its place. */
  private void makeUp() {
    if (nacked && !refused.isEmpty()) {
      nacked = refused.stream().anyMatch(r -> subscription.covers(r.name()));
    }
  }

  private Reply answer(Request request) {
    InFlight waiting = waiting(request.nonce());
    if (waiting == null) {
      return Reply.NONE;
    }
    // "NACK (…) is indicated by the presence of the error_detail field"
    Optional<String> error = request.error();
    if (error.isEmpty()) {
      nacked = false;
      if (!suspects.isEmpty()) {
        waiting.draft.payload().resources().forEach(r -> suspects.remove(r.name()));
      }
      Reply.Kind kind = suppressed ? Reply.Kind.PART : Reply.Kind.ACK;
      return new Reply(kind, Optional.of(waiting), "");
    }
    nacked = true;
    reject(waiting.draft, waiting.from.set(type).hash());
    if (inFlight != null && Subscription.wholeSet(type)) {
      // What has overtaken it contains what was rejected: it must not go again either.
      rejected.add(inFlight.draft.content());
    }
    return new Reply(Reply.Kind.NACK, Optional.of(waiting), error.get());
  }

  /** The response with this nonce, which does not wait for its answer any more. */
  private @Nullable InFlight waiting(long nonce) {
    InFlight newest = inFlight;
    if (newest != null && newest.nonce == nonce) {
      inFlight = null;
      // Clients answer in order, so what is older has been answered too, or never will be.
      if (!overtaken.isEmpty()) {
        overtaken.clear();
      }
      return newest;
    }
    for (InFlight older : overtaken) {
      if (older.nonce == nonce) {
        overtaken.remove(older);
        return older;
      }
    }
    return null;
  }

  /** The same bytes must never go again; what the client has of them is not known. */
  private void reject(Draft draft, ContentHash target) {
    refused = draft.payload().resources();
    if (Subscription.wholeSet(type) || !refused.isEmpty()) {
      // Envoy stops at what it rejects, and may not have come to what it has to let go of.
      draft.payload().removed().forEach(name -> attend(name, Todo.GONE));
    }
    if (Subscription.wholeSet(type)) {
      rejected.add(draft.content());
      rejected.refused(draft.payload().resources(), target);
      whole = true;
    } else if (draft.payload().resources().size() == 1) {
      rejected.add(draft.payload().resources().get(0).hash());
      suspects.remove(draft.payload().resources().get(0).name());
    } else {
      // Envoy drops a response with one bad resource, or what follows the bad one: the good ones
      // must not be lost with it.
      if (suspects.isEmpty()) {
        suspects = new LinkedHashSet<>();
      }
      for (var resource : draft.payload().resources()) {
        suspects.add(resource.name());
        attend(resource.name(), Todo.ANSWER);
      }
    }
  }

  /** True when the client was sent this resource alone and rejected it. */
  boolean refuses(Resource resource) {
    return !Subscription.wholeSet(type) && rejected.has(resource.hash());
  }

  /** True when the client has rejected a resource that it should have, alone. */
  boolean refusesOne(ResourceSet target) {
    return !rejected.isEmpty()
        && subscription.names().stream()
            .anyMatch(name -> target.get(name).filter(this::refuses).isPresent());
  }

  private void apply(Subscription.Change change) {
    // What a client says it has is for the names of its first request: one that it asks for again
    // before it could be answered it may have dropped meanwhile.
    if (!resolved && change.first()) {
      return;
    }
    if (change.wildcard()) {
      whole = true;
      answerDue = true;
    }
    for (String name : change.asked()) {
      attend(name, Todo.ANSWER);
    }
    for (String name : change.left()) {
      attend(name, Todo.ANSWER);
    }
    // "for LDS and CDS resources, the server must return all resources that the client has
    // subscribed to in each request"
    answerDue |= !delta && Subscription.wholeSet(type) && !change.asked().isEmpty();
  }

  /** Works out what the client has, when there is a snapshot to compare with. */
  void resolve(Snapshot snapshot, Shared shared) {
    if (resolved) {
      return;
    }
    resolved = true;
    claims.resolve(this, snapshot, shared);
    claims = Claims.NONE;
  }

  /** The name needs attention. */
  void attend(String name, Todo why) {
    if (todo.isEmpty()) {
      todo = new HashMap<>();
    }
    todo.put(name, why);
  }

  /** The client is taken to have this set. */
  void advance(ResourceSet next) {
    base = next;
    whole = false;
    answerDue = false;
    unsure = false;
  }

  /** Notes that a response goes out now. */
  void sent(Draft draft, long nonce, long now, Snapshot from) {
    if (inFlight != null) {
      overtaken.addLast(inFlight);
      if (overtaken.size() > MOST_OVERTAKEN) {
        overtaken.removeFirst();
        // Its rejection would not be understood any more.
        forgot = true;
      }
    }
    inFlight = new InFlight(draft, nonce, now, from);
    lastNonce = nonce;
    late = false;
  }

  /** When the newest response will have waited that long; the largest number: never from now on. */
  long overdueAt(long wait, long now) {
    InFlight newest = inFlight;
    return newest != null && newest.sentAt + wait > now ? newest.sentAt + wait : Long.MAX_VALUE;
  }

  /** True once for each response that has waited that long for its answer. */
  boolean ranOut(long now, long wait) {
    if (late || inFlight == null || now - inFlight.sentAt < wait) {
      return false;
    }
    late = true;
    return true;
  }

  /** True when a response has waited that long for its answer. */
  boolean silent(long now, long wait) {
    InFlight oldest = overtaken.isEmpty() ? inFlight : overtaken.getFirst();
    return oldest != null && now - oldest.sentAt >= wait;
  }

  /** True when the client will never get what it should have had before: it did not answer. */
  boolean skips(Snapshot before, Snapshot now) {
    return inFlight != null
        && !before.set(type).hash().equals(now.set(type).hash())
        && !base.hash().equals(before.set(type).hash());
  }

  /** True when the newest response has waited that long for its answer. */
  boolean overdue(long now, long wait) {
    return inFlight != null && now - inFlight.sentAt >= wait;
  }

  /** True when the newest response went although others were not answered. */
  boolean overtook() {
    return !overtaken.isEmpty();
  }

  /** True when the client got this resource in responses that it has not answered, and only so. */
  boolean unproven(String name) {
    return inFlight != null
        && (inFlight.draft.adds(name) || overtaken.stream().anyMatch(o -> o.draft.adds(name)));
  }

  /** Assignments of these names are to be sent again, after the clusters that go out now. */
  void again(Set<String> names) {
    if (resolved) {
      for (String name : names) {
        if (subscription.covers(name) && !todo.containsKey(name)) {
          attend(name, Todo.AGAIN);
        }
      }
    }
  }

  /** True when no name needs attention, and nothing is due but what has changed. */
  boolean nothingDue() {
    return todo.isEmpty() && !whole && !answerDue;
  }

  /** Sent part by part, and nothing about it is special to this stream. */
  boolean ordinary() {
    return nothingDue()
        && !Subscription.wholeSet(type)
        && !unsure
        && suspects.isEmpty()
        && rejected.isEmpty();
  }

  /** True when a response is not answered. */
  boolean waits() {
    return inFlight != null;
  }

  Optional<InFlight> inFlight() {
    return Optional.ofNullable(inFlight);
  }

  /** True when the client has rejected what it was last sent, or would reject what there is. */
  boolean nacked() {
    return nacked || suppressed;
  }

  /** True when nothing is on its way and nothing was rejected. */
  boolean clean() {
    return inFlight == null && !nacked();
  }

  /** True when just this was sent, and no name needs attention: there is nothing to look for. */
  @SuppressWarnings("ReferenceEquality") // an equal one is worth a second look
  boolean idle(Snapshot snapshot) {
    return resolved && !suppressed && ordinary() && base == snapshot.set(type);
  }

  /** True when the client has accepted everything that there is for it. */
  boolean synced(Snapshot snapshot, Shared shared) {
    return resolved
        && clean()
        && !whole
        && !answerDue
        && reached(snapshot.set(type), shared)
        && (todo.isEmpty()
            || (suspects.stream().noneMatch(todo::containsKey)
                && todo.values().stream().allMatch(t -> t == Todo.ANSWER)));
  }

  @SuppressWarnings("ReferenceEquality") // the usual case, at no cost
  private boolean reached(ResourceSet target, Shared shared) {
    if (base == target || base.hash().equals(target.hash())) {
      return true;
    }
    // It keeps assignments that are gone.
    return type == ResourceType.ENDPOINT && shared.difference(base, target).changed().isEmpty();
  }

  /** True when the client has had an answer for this name, and has accepted it. */
  boolean answered(String name) {
    return resolved && inFlight == null && subscription.covers(name) && !todo.containsKey(name);
  }

  /** True when the client had something when it connected. */
  boolean brought() {
    return brought;
  }
}
