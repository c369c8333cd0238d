package imserver.cluster;

import imserver.cluster.Frame.Kind;
import imserver.monitoring.Meters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells the other servers what this one has committed, and each second that it is alive. Every
 * method may be called by any thread, and none waits.
 */
final class Publisher {

  private final long node;
  private final Bus bus;
  private @Nullable FrameSeal seal;

  /** Of the last frame for all. */
  private long number;

  /** Of the last beat, until it is heard; and when it was published. */
  private long beat;

  private long beatAt;

  Publisher(long node, Bus bus) {
    this.node = node;
    this.bus = bus;
  }

  /** Nothing is published before. */
  synchronized void use(FrameSeal seal) {
    this.seal = seal;
  }

  /**
   * Publishes changes, for each user in this order.
   *
   * @param told whether there are others to be told. Where not, a number is left out, so that one
   *     that is there already, and not known yet, finds that it was not told.
   */
  synchronized void publish(List<? extends Change> changes, boolean told) {
    if (!told || seal == null) {
      number++;
      return;
    }
    try {
      publish(changes, seal);
    } catch (RuntimeException | Error e) {
      number++; // the others may not have been told of all of them
      throw e;
    }
  }

  private void publish(List<? extends Change> changes, FrameSeal seal) {
    if (bus instanceof UserBus byUser) {
      publish(byUser, Addressees.of(changes), seal);
    } else {
      publishNumbered(changes, seal);
    }
  }

  private void publish(UserBus byUser, Addressees changes, FrameSeal seal) {
    changes
        .byUser()
        .forEach(
            (user, some) ->
                FrameCodec.encode(node, () -> Frame.UNNUMBERED, some)
                    .forEach(frame -> byUser.publish(user, seal.seal(frame))));
    publishNumbered(changes.forAll(), seal);
  }

  private void publishNumbered(List<? extends Change> changes, FrameSeal seal) {
    FrameCodec.encode(node, () -> ++number, changes)
        .forEach(frame -> bus.publish(seal.seal(frame)));
  }

  /** The others find that a frame did not come, with the next beat that does. */
  synchronized void skipNumber() {
    number++;
  }

  /** Also where it is alone: the bus comes to know by it that it carries. */
  synchronized void beat() {
    if (seal != null) {
      beat = ++number;
      beatAt = System.nanoTime();
      bus.publish(seal.seal(FrameCodec.beat(node, beat)));
    }
  }

  /** A frame of this server has come back: that of the last beat tells how long the bus takes. */
  synchronized void heard(Frame own) {
    if (own.kind() == Kind.BEAT && own.number() == beat) {
      beat = 0; // by a bus of several ways it comes again
      Meters.busLag(System.nanoTime() - beatAt);
    }
  }
}
