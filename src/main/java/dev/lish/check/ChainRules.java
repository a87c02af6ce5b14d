package dev.lish.check;

import com.google.common.net.InetAddresses;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Filter chains of a listener that would take the same connections. */
final class ChainRules {
  /** The lists of a match, as Envoy compares them; an empty list stands for everything else. */
  private static final List<Function<FilterChainMatch, List<String>>> LISTS =
      List.of(
          match -> ranges(match.getPrefixRangesList()),
          ChainRules::names,
          match -> List.copyOf(match.getApplicationProtocolsList()),
          match -> ranges(match.getDirectSourcePrefixRangesList()),
          match -> ranges(match.getSourcePrefixRangesList()),
          match -> match.getSourcePortsList().stream().map(String::valueOf).toList());

  private ChainRules() {}

  static void listener(Listener listener, Walk walk) {
    boolean named = listener.hasFilterChainMatcher();
    Map<List<Object>, List<FilterChainMatch>> alike = new HashMap<>();
    for (int i = 0; i < listener.getFilterChainsCount(); i++) {
      FilterChain chain = listener.getFilterChains(i);
      FilterChainMatch match = chain.getFilterChainMatch();
      if (named && chain.getName().isEmpty()) {
        walk.found(
            Rule.LISTENER_KIND,
            "found no name (expected: one, as filter_chain_matcher chooses by it)",
            "filter_chains",
            i);
      }
      if (!match.getAddressSuffix().isEmpty() || match.hasSuffixLen()) {
        walk.found(
            Rule.BAD_SETTING,
            "found address_suffix or suffix_len (expected: none, as Envoy has it not built)",
            "filter_chains",
            i,
            "filter_chain_match");
      }
      if (!named && LISTS.stream().map(list -> list.apply(match)).anyMatch(ChainRules::isTwice)) {
        walk.found(
            Rule.DUPLICATE_ENTRY,
            "found the same twice in one list (expected: once)",
            "filter_chains",
            i,
            "filter_chain_match");
      }
      // A matcher makes their own matches void.
      List<FilterChainMatch> others = alike.computeIfAbsent(single(match), k -> new ArrayList<>());
      if (!named && others.stream().anyMatch(other -> overlap(match, other))) {
        walk.found(
            Rule.DUPLICATE_ENTRY,
            "found a filter_chain_match that takes connections of a chain above too (expected: at"
                + " most one chain for each)",
            "filter_chains",
            i);
      }
      others.add(match);
    }
  }

  private static boolean isTwice(List<String> list) {
    return Set.copyOf(list).size() < list.size();
  }

  private static List<Object> single(FilterChainMatch match) {
    return List.of(
        match.getDestinationPort(), match.getTransportProtocol(), match.getSourceTypeValue());
  }

  private static boolean overlap(FilterChainMatch one, FilterChainMatch other) {
    return LISTS.stream()
        .allMatch(
            list -> {
              Set<String> mine = new HashSet<>(list.apply(one));
              Set<String> theirs = new HashSet<>(list.apply(other));
              return mine.isEmpty() ? theirs.isEmpty() : theirs.stream().anyMatch(mine::contains);
            });
  }

  private static List<String> names(FilterChainMatch match) {
    // Envoy keeps "*.a" as ".a".
    return match.getServerNamesList().stream()
        .map(name -> name.startsWith("*.") ? name.substring(1) : name)
        .map(name -> name.toLowerCase(Locale.ROOT))
        .toList();
  }

  /** The ranges, without the bits that a prefix leaves out. */
  private static List<String> ranges(List<CidrRange> ranges) {
    List<String> texts = new ArrayList<>();
    for (CidrRange range : ranges) {
      if (InetAddresses.isInetAddress(range.getAddressPrefix())) {
        InetAddress address = InetAddresses.forString(range.getAddressPrefix());
        byte[] bytes = address.getAddress();
        int length = Math.min(range.getPrefixLen().getValue(), bytes.length * 8);
        for (int bit = Math.max(0, length); bit < bytes.length * 8; bit++) {
          bytes[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
        }
        texts.add(InetAddresses.toAddrString(address(bytes)) + "/" + length);
      } else {
        texts.add(range.getAddressPrefix() + "/" + range.getPrefixLen().getValue());
      }
    }
    return texts;
  }

  private static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
    }
  }
}
