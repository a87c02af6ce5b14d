package dev.lish.accesslog;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What one thread has received since the last fold. Whoever uses it holds its lock. */
final class Delta {
  static final ByteString OTHER = ByteString.copyFromUtf8(AccessLogs.OTHER);

  /** What was not seen for so many folds is forgotten; seen again, it is made again. */
  private static final int IDLE_FOLDS = 120;

  private static final int MAX_SCOPES = 256;

  final ReentrantLock lock = new ReentrantLock();

  private final int maxClusters;
  private final int maxCells;
  private final Map<Scope, ScopeDelta> scopes = new HashMap<>();
  private int clusters;
  private int cells;

  /** The clusters of one scope, open addressing by a hash of the name's bytes. */
  private static final class ScopeDelta {
    private @Nullable ClusterDelta[] table = new ClusterDelta[16];
    private int size;
    private @Nullable ClusterDelta last;
    private @Nullable ClusterDelta other;

    @Nullable ClusterDelta find(Entry entry) {
      ClusterDelta recent = last;
      if (recent != null && recent.is(entry)) {
        return recent;
      }
      for (int i = hash(entry.clusterBytes, entry.clusterFrom, entry.clusterTo); ; i++) {
        ClusterDelta found = table[i & (table.length - 1)];
        if (found == null || found.is(entry)) {
          last = found;
          return found;
        }
      }
    }

    void add(ClusterDelta cluster) {
      size++;
      if (size * 2 > table.length) {
        @Nullable ClusterDelta[] old = table;
        table = new ClusterDelta[old.length * 2];
        for (ClusterDelta each : old) {
          if (each != null) {
            put(each);
          }
        }
      }
      put(cluster);
    }

    private void put(ClusterDelta cluster) {
      byte[] name = cluster.cluster.toByteArray();
      int i = hash(name, 0, name.length);
      while (table[i & (table.length - 1)] != null) {
        i++;
      }
      table[i & (table.length - 1)] = cluster;
    }

    private static int hash(byte[] bytes, int from, int to) {
      int hash = 1;
      for (int i = from; i < to; i++) {
        hash = 31 * hash + bytes[i];
      }
      return hash ^ (hash >>> 15);
    }
  }

  /** Takes what is folded. */
  interface Taker {
    void take(Scope scope, ClusterDelta cluster);
  }

  Delta(int maxClusters, int maxCells) {
    this.maxClusters = maxClusters;
    this.maxCells = maxCells;
  }

  /** Adds entries of this scope, until it is asked for another one. */
  Adder of(Scope scope) {
    ScopeDelta found = scopes.get(scope);
    if (found == null) {
      Scope bounded = scopes.size() < MAX_SCOPES ? scope : Scope.OTHER;
      found = scopes.computeIfAbsent(bounded, s -> new ScopeDelta());
    }
    return new Adder(found);
  }

  /** Adds the entries of one message. */
  final class Adder {
    private final ScopeDelta scope;

    private Adder(ScopeDelta scope) {
      this.scope = scope;
    }

    void add(Entry entry) {
      ClusterDelta cluster = scope.find(entry);
      if (cluster == null) {
        cluster = fresh(scope, entry);
      }
      cells += cluster.add(entry, cells < maxCells);
    }
  }

  private ClusterDelta fresh(ScopeDelta scope, Entry entry) {
    if (clusters >= maxClusters || entry.clusterTo - entry.clusterFrom > Totals.MAX_KEY_BYTES) {
      if (scope.other == null) {
        scope.other = new ClusterDelta(OTHER);
      }
      return requireNonNull(scope.other);
    }
    clusters++;
    ClusterDelta cluster = new ClusterDelta(entry.cluster());
    scope.add(cluster);
    return cluster;
  }

  /** Hands over everything, which the taker empties, and forgets what is no longer seen. */
  void fold(Taker taker) {
    for (Iterator<Map.Entry<Scope, ScopeDelta>> all = scopes.entrySet().iterator();
        all.hasNext(); ) {
      Map.Entry<Scope, ScopeDelta> entry = all.next();
      ScopeDelta scope = entry.getValue();
      boolean seen = false;
      for (ClusterDelta cluster : scope.table) {
        seen |= cluster != null && fold(entry.getKey(), cluster, taker);
      }
      seen |= scope.other != null && fold(entry.getKey(), scope.other, taker);
      if (!seen) {
        for (ClusterDelta cluster : scope.table) {
          forget(cluster);
        }
        if (scope.other != null) {
          cells -= cells(scope.other);
        }
        all.remove();
      } else if (scope.last != null && scope.last.idle > IDLE_FOLDS) {
        scope.last = null;
      }
    }
    if (clusters >= maxClusters || cells >= maxCells) {
      makeRoom();
    }
  }

  /** True when it was seen not too long ago. */
  private static boolean fold(Scope scope, ClusterDelta cluster, Taker taker) {
    if (!cluster.counts.isEmpty()) {
      taker.take(scope, cluster);
      cluster.counts.clear();
    }
    cluster.idle++;
    return cluster.idle <= IDLE_FOLDS;
  }

  /** Clusters that are idle leave those that are busy their place. */
  private void makeRoom() {
    for (ScopeDelta scope : scopes.values()) {
      @Nullable ClusterDelta[] old = scope.table;
      scope.table = new ClusterDelta[old.length];
      scope.last = null;
      scope.size = 0;
      for (ClusterDelta cluster : old) {
        if (cluster != null && cluster.idle > IDLE_FOLDS) {
          forget(cluster);
        } else if (cluster != null) {
          scope.size++;
          scope.put(cluster);
        }
      }
    }
  }

  private void forget(@Nullable ClusterDelta cluster) {
    if (cluster != null) {
      clusters--;
      cells -= cells(cluster);
    }
  }

  private static int cells(ClusterDelta cluster) {
    int cells = cluster.routes().size();
    for (ClusterDelta.Route route : cluster.routes()) {
      cells += (int) Arrays.stream(route.cells).filter(c -> c != null).count();
    }
    return cells;
  }
}
