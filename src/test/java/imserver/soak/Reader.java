package imserver.soak;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** A user with several devices, who marks what he gets as read in one way or another. */
final class Reader {

  /** When a user marks a message as read. */
  enum Manner {
    /** Never. */
    KEEPING,
    /** When all his devices have got it. */
    CAREFUL,
    /** When the first of his devices has got it: the others may not get it any more. */
    HASTY
  }

  /** Ids in a read-ack: PROTOCOL.md, section 7. */
  private static final int MAX_ACK = 1000;

  private final long id;
  private final Manner manner;
  private final List<Device> devices = new ArrayList<>();

  /** What he has begun to mark as read. */
  private final Set<Long> marked = ConcurrentHashMap.newKeySet();

  // guarded by this
  private int deviceCount;
  private final Map<Long, Integer> told = new HashMap<>();
  private final Set<Long> toMark = new TreeSet<>();
  private int turn;

  Reader(long id, Manner manner) {
    this.id = id;
    this.manner = manner;
  }

  long id() {
    return id;
  }

  Manner manner() {
    return manner;
  }

  /** To be called before its devices connect. */
  synchronized void expectDevices(int count) {
    deviceCount = count;
  }

  void add(Device device) {
    devices.add(device);
  }

  List<Device> devices() {
    return devices;
  }

  /** One of his devices has got a message. */
  synchronized void told(long id) {
    int times = told.merge(id, 1, Integer::sum);
    boolean all = times == deviceCount;
    if (all) {
      told.remove(id);
    }
    if ((manner == Manner.CAREFUL && all) || (manner == Manner.HASTY && times == 1)) {
      toMark.add(id);
    }
  }

  /** What was not marked after all. */
  synchronized void markLater(Collection<Long> ids) {
    toMark.addAll(ids);
  }

  /** Marks what is to be marked, by one of the devices in turn. */
  void mark() {
    devices.forEach(Device::ping);
    devices.forEach(Device::forgetDoneAcks);
    List<Long> ids;
    Device device;
    synchronized (this) {
      ids = toMark.stream().limit(MAX_ACK).toList();
      ids.forEach(toMark::remove);
      device = devices.get(turn++ % devices.size());
    }
    if (!ids.isEmpty()) {
      marked.addAll(ids);
      device.acknowledge(ids);
    }
  }

  /** Whether he has begun to mark a message as read. */
  boolean hasMarked(long messageId) {
    return marked.contains(messageId);
  }

  /** Whether he has begun to mark all that there is to be marked. */
  synchronized boolean isDone() {
    return toMark.isEmpty();
  }
}
