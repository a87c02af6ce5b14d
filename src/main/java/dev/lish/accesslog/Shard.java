package dev.lish.accesslog;

/** What one event loop fills. */
final class Shard {
  /** The same cluster may be called by Envoys of some kinds; those of one loop are few. */
  private static final int SCOPES = 4;

  /** One that the loop may fill while the other is folded. */
  private final Delta first;

  private final Delta second;
  final Entry entry = new Entry();
  final Share share;

  Shard(AccessLogs.Limits limits) {
    first = new Delta(limits.clusters() * SCOPES, limits.series() * SCOPES);
    second = new Delta(limits.clusters() * SCOPES, limits.series() * SCOPES);
    share = new Share(limits.loopShare());
  }

  /** Locks the one that is free: at most one is held by the fold, so this does not wait. */
  Delta lock() {
    if (first.lock.tryLock()) {
      return first;
    }
    second.lock.lock();
    return second;
  }

  /** By one thread at a time, which is not the loop. */
  void fold(Delta.Taker taker) {
    for (Delta delta : new Delta[] {first, second}) {
      delta.lock.lock();
      try {
        delta.fold(taker);
      } finally {
        delta.lock.unlock();
      }
    }
  }
}
