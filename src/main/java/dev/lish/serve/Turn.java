package dev.lish.serve;

import dev.lish.model.ContentHash;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.Version;
import dev.lish.serve.TypeStream.Todo;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.ResourceSet.Difference;
import dev.lish.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One type's turn to send: from what the client has to what it should have, as far as the gate
 * allows. Pure but for the stream that it moves on.
 */
final class Turn {
  private final TypeStream stream;
  private final Snapshot snapshot;
  private final Gate gate;
  private final Shared shared;
  private final ResourceSet target;
  private final SortedMap<String, Resource> send = new TreeMap<>();
  private final List<String> removed = new ArrayList<>();

  private Turn(TypeStream stream, Snapshot snapshot, Gate gate, Shared shared) {
    this.stream = stream;
    this.snapshot = snapshot;
    this.gate = gate;
    this.shared = shared;
    target = snapshot.set(stream.type);
  }

  /** The next response, if there is one; the stream is then taken to have it. */
  static Optional<Draft> take(TypeStream stream, Snapshot snapshot, Gate gate, Shared shared) {
    stream.resolve(snapshot, shared);
    ResourceSet target = snapshot.set(stream.type);
    stream.suppressed = stream.refusesOne(target);
    if (stream.nothingDue() && stream.base.hash().equals(target.hash())) {
      return Optional.empty();
    }
    Optional<Draft> same = likeTheLast(stream, snapshot, shared);
    if (same.isPresent()) {
      return same;
    }
    Turn turn = new Turn(stream, snapshot, gate, shared);
    Difference difference = shared.difference(stream.base, turn.target);
    if (stream.forgot && !difference.changed().isEmpty()) {
      stream.forgot = false;
      stream.whole = true;
    }
    if (stream.ordinary() && difference.removed().isEmpty()) {
      return turn.step(difference);
    }
    ResourceSet next = shared.keeping(turn.target, stream.base, turn.kept(difference));
    return !stream.delta && Subscription.wholeSet(stream.type)
        ? turn.whole(next)
        : turn.parts(difference, next);
  }

  /** The step of the stream that went last, if this one is just where that one was. */
  static Optional<Draft> likeTheLast(TypeStream stream, Snapshot snapshot, Shared shared) {
    stream.resolve(snapshot, shared);
    if (stream.suppressed || !stream.ordinary()) {
      return Optional.empty();
    }
    ResourceSet target = snapshot.set(stream.type);
    Optional<Shared.Taken> taken = shared.taken(stream, target, snapshot.epoch());
    if (taken.isEmpty() || taken.get().draft().isEmpty()) {
      return Optional.empty();
    }
    stream.advance(target);
    return taken.get().draft();
  }

  /** Nothing but the sets and the names decides, so it is worked out once for all such streams. */
  private Optional<Draft> step(Difference difference) {
    Shared.Kind kind = new Shared.Kind(stream.type, stream.delta, snapshot.epoch());
    ResourceSet from = stream.base;
    Set<String> names = stream.subscription.names();
    boolean wildcard = stream.subscription.wildcard();
    Optional<Draft> draft =
        shared.step(
            new Shared.Step(kind, from.hash(), target.hash(), wildcard, names),
            () -> parts(difference, target));
    shared.take(new Shared.Taken(kind, from, target, names, wildcard, draft));
    stream.advance(target);
    return draft;
  }

  /** What the target lacks and the client must keep for now. */
  private List<String> kept(Difference difference) {
    // What had hosts is the guard's to decide, so assignments are never taken away.
    boolean always = stream.type == ResourceType.ENDPOINT;
    if (!always && !trails()) {
      return List.of();
    }
    List<String> kept = new ArrayList<>();
    for (String name : difference.removed()) {
      // A cluster that came a moment ago asks for its assignment yet, though both are gone again.
      boolean wanted = stream.subscription.covers(name) || (always && gate.used().test(name));
      if (wanted && (always || !gate.mayRemove().test(name))) {
        kept.add(name);
      }
    }
    return kept;
  }

  /** Whether removals come last: others may still refer to resources of this type. */
  private boolean trails() {
    return switch (stream.type) {
      case CLUSTER -> true;
      case SECRET, EXTENSION -> stream.delta;
      case RUNTIME, ENDPOINT, LISTENER, ROUTE -> false;
    };
  }

  /** SotW clusters and listeners: "the server must include the complete state of the world". */
  private Optional<Draft> whole(ResourceSet next) {
    Difference step = shared.difference(stream.base, next);
    List<Resource> changed = covered(step.changed());
    List<Resource> replaced = replaced(step);
    Shared.Part part = shared.part(next, stream.subscription);
    stream.todo.clear();
    if (changed.isEmpty() && replaced.isEmpty() && !stream.whole && !stream.answerDue) {
      stream.base = next;
      return Optional.empty();
    }
    if (stream.rejected.has(part.hash())) {
      stream.suppressed = true;
      return Optional.empty();
    }
    Version version = SotwVersion.of(stream, next, snapshot.epoch(), shared);
    if (stream.subscription.wildcard()) {
      shared.remember(version, next, target);
    }
    boolean unsure = stream.unsure || stream.whole;
    Collection<Resource> news = stream.whole ? part.resources() : changed;
    stream.advance(next);
    Payload payload = encode(part.resources(), part.hash(), version);
    return Optional.of(new Draft(payload, part.hash(), news, replaced, unsure));
  }

  private Optional<Draft> parts(Difference difference, ResourceSet next) {
    boolean wholeSet = Subscription.wholeSet(stream.type);
    ContentHash content =
        wholeSet ? shared.part(next, stream.subscription).hash() : ContentHash.EMPTY;
    if (wholeSet
        && (stream.rejected.has(content) || stream.rejected.all(target, stream.subscription))) {
      stream.suppressed = true;
      return answers(content, next);
    }
    List<Resource> replaced = replaced(difference);
    if (stream.whole) {
      shared.part(target, stream.subscription).resources().forEach(r -> send.put(r.name(), r));
    } else {
      covered(difference.changed()).forEach(r -> send.put(r.name(), r));
    }
    remove(difference, next);
    todos(next);
    send.values().removeIf(stream::refuses);
    oneByOne();
    boolean due = stream.answerDue;
    boolean unsure = stream.unsure || stream.whole;
    stream.advance(next);
    if (send.isEmpty() && removed.isEmpty() && !due) {
      return Optional.empty();
    }
    List<Resource> resources = List.copyOf(send.values());
    // Delta's system_version_info is "for debugging purposes only": that of the whole set.
    Version version =
        stream.delta
            ? snapshot.version(stream.type)
            : SotwVersion.of(stream, target, snapshot.epoch(), shared);
    Payload payload = encode(resources, sum(resources), version);
    return Optional.of(new Draft(payload, content, resources, replaced, unsure));
  }

  /**
   * Names that the client asks for are answered although it has rejected the rest, by themselves.
   * State of the world could only send the same bytes again.
   */
  private Optional<Draft> answers(ContentHash content, ResourceSet next) {
    if (stream.answerDue) {
      stream.answerDue = false;
      shared
          .part(next, stream.subscription)
          .resources()
          .forEach(r -> stream.attend(r.name(), Todo.ANSWER));
    }
    for (Iterator<Map.Entry<String, Todo>> i = stream.todo.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<String, Todo> entry = i.next();
      if (entry.getValue() == Todo.ANSWER && answer(entry.getKey(), next)) {
        i.remove();
      }
    }
    if (send.isEmpty() && removed.isEmpty()) {
      return Optional.empty();
    }
    List<Resource> resources = List.copyOf(send.values());
    Payload payload = encode(resources, sum(resources), snapshot.version(stream.type));
    return Optional.of(new Draft(payload, content, resources, List.of(), false));
  }

  /** True: the name needs no further attention. */
  private boolean answer(String name, ResourceSet next) {
    if (stream.subscription.covers(name)) {
      Resource resource = next.get(name).orElse(null);
      if (resource == null) {
        removed.add(name);
      } else if (stream.rejected.concernsNot(resource, target)) {
        send.put(name, resource);
      } else {
        return false;
      }
    }
    return true;
  }

  private static ContentHash sum(List<Resource> resources) {
    ContentHash sum = ContentHash.EMPTY;
    for (Resource resource : resources) {
      sum = sum.plus(resource.hash());
    }
    return sum;
  }

  private void remove(Difference difference, ResourceSet next) {
    for (String name : difference.removed()) {
      if (!stream.subscription.covers(name) || next.get(name).isPresent()) {
        continue;
      }
      Optional<Resource> standIn = standIn(stream.type, name);
      if (standIn.isPresent()) {
        send.put(name, standIn.get());
      } else if (stream.delta) {
        removed.add(name);
      }
    }
  }

  private void todos(ResourceSet next) {
    for (Iterator<Map.Entry<String, Todo>> i = stream.todo.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<String, Todo> entry = i.next();
      if (!waits(entry.getKey(), entry.getValue(), next)) {
        i.remove();
      }
    }
  }

  /** Does what is to do for the name; true: not yet. */
  private boolean waits(String name, Todo todo, ResourceSet next) {
    if (!stream.subscription.covers(name) || send.containsKey(name)) {
      return false;
    }
    // What is kept for now counts as being there.
    Optional<Resource> resource = next.get(name).or(() -> standIn(stream.type, name));
    if (resource.isPresent()) {
      send.put(name, resource.get());
      return false;
    }
    if (todo == Todo.GONE && trails() && !gate.mayRemove().test(name)) {
      return true;
    }
    if (stream.type == ResourceType.ENDPOINT) {
      return absentAssignment(name);
    }
    // "When a resource subscribed to by a client does not exist, the server will send a
    // DeltaDiscoveryResponse message that contains that resource's name in the removed_resources
    // field." "The SotW protocol variants do not provide any explicit mechanism."
    if (stream.delta && !removed.contains(name)) {
      removed.add(name);
    }
    return false;
  }

  private boolean absentAssignment(String name) {
    // Its registry has not answered yet, or no cluster of this stream wants it: silence.
    if (snapshot.unanswered().contains(name) || !gate.mayBeEmpty().test(name)) {
      return true;
    }
    if (stream.delta) {
      removed.add(name);
    } else {
      send.put(name, Absent.assignment(name));
    }
    return false;
  }

  /** After a rejected response with several resources: the suspects go last, one at a time. */
  private void oneByOne() {
    if (stream.suspects.isEmpty() || send.size() < 2) {
      return;
    }
    boolean others = !stream.suspects.containsAll(send.keySet());
    boolean one = false;
    for (Iterator<String> i = send.keySet().iterator(); i.hasNext(); ) {
      String name = i.next();
      boolean later = stream.suspects.contains(name) && (others || one);
      one = true;
      if (later) {
        stream.attend(name, Todo.ANSWER);
        i.remove();
      }
    }
  }

  private List<Resource> covered(Map<String, Resource> changed) {
    List<Resource> covered = new ArrayList<>();
    if (!stream.subscription.wildcard() && stream.subscription.names().size() < changed.size()) {
      for (String name : stream.subscription.names()) {
        Resource resource = changed.get(name);
        if (resource != null) {
          covered.add(resource);
        }
      }
      return covered;
    }
    for (Map.Entry<String, Resource> entry : changed.entrySet()) {
      if (stream.subscription.covers(entry.getKey())) {
        covered.add(entry.getValue());
      }
    }
    return covered;
  }

  private List<Resource> replaced(Difference step) {
    if (!Subscription.wholeSet(stream.type)) {
      return List.of();
    }
    List<Resource> replaced = new ArrayList<>();
    for (Collection<String> names : List.of(step.changed().keySet(), step.removed())) {
      for (String name : names) {
        if (stream.subscription.covers(name)) {
          stream.base.get(name).ifPresent(replaced::add);
        }
      }
    }
    return replaced;
  }

  private Payload encode(List<Resource> resources, ContentHash sum, Version version) {
    return shared
        .encoder()
        .encode(
            new Encoder.Content(
                stream.type,
                stream.delta,
                snapshot.epoch(),
                version,
                resources,
                sum,
                List.copyOf(removed)));
  }

  /** What is sent for a name that does not exist, whoever asks. */
  static Optional<Resource> standIn(ResourceType type, String name) {
    return type == ResourceType.RUNTIME ? Optional.of(Absent.layer(name)) : Optional.empty();
  }
}
