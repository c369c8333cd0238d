package imserver.rest;

import imserver.auth.UserPrincipal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many requests of each user are being read, so that nobody fills the memory with bodies that
 * never end. Safe for use by several threads.
 */
final class UnfinishedBodies {

  /** As many megabytes at most. */
  static final int MAX_PER_USER = 8;

  /** The host application asks for many users. */
  static final int MAX_OF_SERVICE = 64;

  private final Map<Long, Integer> counts = new ConcurrentHashMap<>();

  /** Whether there is room for one more; then {@link #end} is to be called once. */
  boolean begin(UserPrincipal caller) {
    int max = caller.service() ? MAX_OF_SERVICE : MAX_PER_USER;
    boolean[] admitted = {false};
    counts.compute(
        caller.userId(),
        (user, count) -> {
          int before = count == null ? 0 : count;
          admitted[0] = before < max;
          return admitted[0] ? Integer.valueOf(before + 1) : count;
        });
    return admitted[0];
  }

  /** One has been read, or never will be. */
  void end(UserPrincipal caller) {
    counts.computeIfPresent(
        caller.userId(), (user, count) -> count == 1 ? null : Integer.valueOf(count - 1));
  }

  /** How many users have one. */
  int users() {
    return counts.size();
  }
}
