package dev.lish.serve;

import com.google.common.collect.Interner;
import com.google.common.collect.Interners;
import dev.lish.model.ResourceType;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What one stream subscribes to of one type. Pure: requests in, the change out. Quotations are from
 * Envoy's "xDS REST and gRPC protocol".
 */
final class Subscription {
  private static final String ALL = "*";

  /** Thousands of streams ask for the same names: one set serves them all. */
  private static final Interner<Set<String>> SHARED = Interners.newWeakInterner();

  private final boolean wildcardKnown;
  private boolean started;
  private boolean everNamed;
  private boolean wildcard;
  private Set<String> names = Set.of();

  Subscription(ResourceType type) {
    // "For Listener and Cluster resource types, there is also a 'wildcard' subscription."
    wildcardKnown = wholeSet(type);
  }

  /**
   * Whether responses of this type carry the whole set in SotW, and may be asked for by {@code *}.
   */
  static boolean wholeSet(ResourceType type) {
    return type == ResourceType.CLUSTER || type == ResourceType.LISTENER;
  }

  /**
   * What a request changed.
   *
   * @param first the stream's first request for the type
   * @param asked names that must be answered now, known or not
   * @param wildcard true: everything must be answered now
   * @param left names given up that the wildcard may still cover: the client has to be told
   */
  record Change(
      boolean first, Collection<String> asked, boolean wildcard, Collection<String> left) {
    boolean isEmpty() {
      return !first && asked.isEmpty() && !wildcard && left.isEmpty();
    }
  }

  /** A SotW request: all names that the client wants from now on. */
  Change sotw(List<String> wanted) {
    boolean first = !started;
    started = true;
    Set<String> next = new HashSet<>(wanted);
    boolean star = wildcardKnown && next.remove(ALL);
    // "if the client sends a request for a given resource type but has never explicitly subscribed
    // to any resource names (…) the server should treat that identically to how it would treat the
    // client having explicitly subscribed to '*'"
    boolean legacy = wildcardKnown && !everNamed && wanted.isEmpty();
    // "once the client does explicitly subscribe to a resource name (…) clearing the list of
    // subscribed resources is interpreted as an unsubscription"
    everNamed |= !wanted.isEmpty();
    boolean was = wildcard;
    wildcard = star || legacy;
    Set<String> old = names;
    names = share(next);
    if (names.equals(old)) {
      return new Change(first, List.of(), wildcard && !was, List.of());
    }
    // "When the client sends a new request that changes the set of resources being requested, the
    // server must resend any newly requested resources, even if it previously sent those resources"
    next.removeAll(old);
    return new Change(first, next, wildcard && !was, List.of());
  }

  /** A delta request: what the client wants too, and what no more. */
  Change delta(List<String> subscribe, List<String> unsubscribe) {
    boolean first = !started;
    started = true;
    Set<String> asked = new HashSet<>(subscribe);
    boolean star = wildcardKnown && asked.remove(ALL);
    // "(legacy behavior) the request must have no resources in both resource_names_subscribe and
    // resource_names_unsubscribe"
    boolean legacy = wildcardKnown && first && subscribe.isEmpty() && unsubscribe.isEmpty();
    everNamed |= !subscribe.isEmpty();
    wildcard |= star || legacy;
    Set<String> next = new HashSet<>(names);
    next.addAll(asked);
    Set<String> left = new HashSet<>(unsubscribe);
    if (wildcardKnown && left.remove(ALL)) {
      wildcard = false;
    }
    // "A resource_names_unsubscribe field may contain superfluous resource names (…) it can simply
    // ignore these phantom unsubscriptions."
    left.retainAll(next);
    next.removeAll(left);
    asked.removeAll(left);
    names = share(next);
    // "When a client has a wildcard subscription and a subscription to another specific resource
    // name (…) the server must send a response that includes the specific resource in either the
    // removed_resources field (…) or in the resources field"
    return new Change(first, asked, star || legacy, wildcard ? left : List.of());
  }

  private static Set<String> share(Set<String> names) {
    return names.isEmpty() ? Set.of() : SHARED.intern(Set.copyOf(names));
  }

  /** True when the client wants to hear of this name. */
  boolean covers(String name) {
    return wildcard || names.contains(name);
  }

  boolean wantsAnything() {
    return wildcard || !names.isEmpty();
  }

  boolean wildcard() {
    return wildcard;
  }

  /** The names asked for by name; one instance per content. */
  Set<String> names() {
    return names;
  }

  /** True when the stream has sent a request of this type. */
  boolean started() {
    return started;
  }
}
