package imserver.endpoint;

import imserver.session.Workers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The call of the container that starts to write something to one session: one at a time, none once
 * the session has ended, and none that goes on for long after that end.
 *
 * <p>Why the end interrupts it: Tomcat gives up a pong for which its client leaves no room, but not
 * the socket's permit to write, and then ends the session. A thread that has Tomcat write a packet
 * between the two may wait for that permit. What Tomcat reports later, and what is written then,
 * runs in a thread of its own, outside of this.
 *
 * <p>Safe for use by several threads, of which one at a time calls {@link #run}. Its lock is never
 * held during the call.
 */
final class ContainerCall {

  /** How long a call may go on when the session has ended. */
  private static final Duration LAST_CALL = Duration.ofMillis(100);

  private final Workers workers;

  private boolean ended;

  /** The thread that is in the call; null between two calls. */
  private @Nullable Thread caller;

  /** How many calls there were; distinguishes a call from the next one of the same thread. */
  private long calls;

  private boolean interrupted;

  ContainerCall(Workers workers) {
    this.workers = workers;
  }

  /** Runs {@code call}. Returns false, without running it, where the session has ended. */
  boolean run(Runnable call) {
    if (!enter()) {
      return false;
    }
    try {
      call.run();
    } finally {
      leave();
    }
    return true;
  }

  private synchronized boolean enter() {
    if (ended) {
      return false;
    }
    caller = Thread.currentThread();
    calls++;
    return true;
  }

  private synchronized void leave() {
    caller = null;
    if (interrupted) {
      interrupted = false;
      var unused = Thread.interrupted(); // it was for the call alone
    }
  }

  /** Allows no call from now on, and interrupts one that does not return soon. Does not wait. */
  synchronized void end() {
    ended = true;
    if (caller != null) {
      long call = calls;
      workers.runIn(LAST_CALL, () -> interrupt(call));
    }
  }

  private synchronized void interrupt(long call) {
    if (caller != null && calls == call) {
      interrupted = true;
      caller.interrupt();
    }
  }
}
