package dev.lish.diff;

import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.HashSet;
import java.util.Set;

/**
 * What a changed listener does. Envoy updates filter chains in place when nothing else differs, the
 * new one has some, and neither side alone reads the PROXY protocol ({@code
 * ListenerImpl::supportUpdateFilterChain} and {@code ListenerMessageUtil::filterChainOnlyChange},
 * source/common/listener_manager/listener_impl.cc): then connections of chains that are not there
 * any more, compared by the whole message, drain. Otherwise a new listener takes the place of the
 * old one, all of whose connections drain.
 */
final class ListenerChange {
  private ListenerChange() {}

  static Effect effect(Listener before, Listener after) {
    if (!withoutChains(before).equals(withoutChains(after))
        || after.getFilterChainsCount() == 0
        || proxied(before) != proxied(after)) {
      return Effect.DRAINS;
    }
    Set<FilterChain> gone = chains(before);
    gone.removeAll(chains(after));
    return gone.isEmpty() ? Effect.AT_ONCE : Effect.DRAINS_CHAINS;
  }

  private static Listener withoutChains(Listener listener) {
    return listener.toBuilder()
        .clearFilterChains()
        .clearDefaultFilterChain()
        .clearFilterChainMatcher()
        .build();
  }

  @SuppressWarnings("deprecation") // Envoy still heeds the field.
  private static boolean proxied(Listener listener) {
    return listener.getFilterChainsList().stream()
        .anyMatch(chain -> chain.getUseProxyProto().getValue());
  }

  private static Set<FilterChain> chains(Listener listener) {
    Set<FilterChain> chains = new HashSet<>(listener.getFilterChainsList());
    if (listener.hasDefaultFilterChain()) {
      chains.add(listener.getDefaultFilterChain());
    }
    return chains;
  }
}
