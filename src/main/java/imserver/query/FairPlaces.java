package imserver.query;

import java.util.HashMap;
import java.util.Map;

/**
 * Places that are held for a while by many who ask for them. One gets another place only while he
 * has fewer than are free: he alone gets a half, two get a third each, and there is room for the
 * next who comes. Safe for use by several threads.
 *
 * @param <K> by what one is known
 */
public final class FairPlaces<K> {

  private final Map<K, Integer> held = new HashMap<>();
  private int free;

  /** So many in all. */
  public FairPlaces(int places) {
    free = places;
  }

  /** Whether there is one; then {@link #giveBack} is to be called once. */
  public synchronized boolean take(K who) {
    int before = held.getOrDefault(who, 0);
    if (before >= free) {
      return false;
    }
    held.put(who, before + 1);
    free--;
    return true;
  }

  /** One is free again. */
  public synchronized void giveBack(K who) {
    held.computeIfPresent(who, (key, before) -> before == 1 ? null : Integer.valueOf(before - 1));
    free++;
  }
}
