package dev.lish.diff;

/**
 * What a change does to an Envoy, the mildest first. Clusters: Envoy compares the hash of the whole
 * message and builds a new cluster when it differs ({@code ClusterManagerImpl::addOrUpdateCluster},
 * source/common/upstream/cluster_manager_impl.cc). Listeners: see {@link ListenerChange}.
 */
public enum Effect {
  /** No Envoy loses it: those of its kind become another kind, or keep it, as the mesh is held. */
  GONE("goes with its group"),
  /** Nothing is closed: the next request, connection or choice of a host sees it. */
  AT_ONCE("takes effect at once"),
  /** It takes traffic when it has warmed. */
  WARMS("warms before it takes traffic"),
  /** Connections of the filter chains that changed end within the drain time. */
  DRAINS_CHAINS("drains the connections of its changed filter chains"),
  /** A new cluster takes its place when it has warmed; connections of the old one end. */
  REBUILDS("is rebuilt and warmed; its connections end"),
  /** Connections of the cluster that goes end. */
  CLOSES("goes; its connections end"),
  /** All connections of the listener end within the drain time. */
  DRAINS("drains: all its connections end within the drain time");

  private final String sentence;

  Effect(String sentence) {
    this.sentence = sentence;
  }

  /** What it does, to complete "cluster x …". */
  public String sentence() {
    return sentence;
  }

  /** True when it costs connections that were open. */
  public boolean disturbs() {
    return compareTo(DRAINS_CHAINS) >= 0;
  }
}
