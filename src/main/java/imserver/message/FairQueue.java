package imserver.message;

import imserver.message.Submission.ReadAck;
import imserver.message.Submission.Recall;
import imserver.message.Submission.Send;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToIntFunction;

/**
 * The requests that wait for a lane, by user (round robin). A batch is taken from the users in
 * turn, one request of each, so that a user with many requests makes the others wait no longer than
 * that user's share of a batch takes. Requests of one user leave in the order in which they came.
 * Any thread may {@link #offer}, one takes.
 *
 * @param <S> messages, of size 1 each, or read-acks, each as large as it has ids
 */
final class FairQueue<S extends Submission> {

  /**
   * How many ids in read-acks of one reader take the room of one message: they need about as much
   * memory. No read-ack that is offered has more.
   */
  static final int IDS_PER_PERMIT = 50;

  /** The most ids that wait of one reader, and so the most read-acks. */
  static final int MAX_WAITING_IDS = 5000;

  /** A user gets at most one part in so many of a batch, where many users wait. */
  private static final int PART_OF_BATCH = 8;

  private final Semaphore room;
  private final int lanes;
  private final int maxBatch;
  private final ToIntFunction<S> size;
  private final int sizePerPermit;
  private final int maxWaiting;

  /** Guards what follows. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition changed = lock.newCondition();
  private final Map<Long, Waiting<S>> users = new HashMap<>();
  private final Queue<Waiting<S>> turn = new ArrayDeque<>();
  private boolean closed;

  /** The requests of one user, of which there is at least one. */
  private static final class Waiting<S> {

    final long user;
    final Queue<S> requests = new ArrayDeque<>();
    int size;
    int sizeInBatch;

    Waiting(long user) {
      this.user = user;
    }
  }

  /**
   * What is stored together.
   *
   * @param permits the room that it takes until it is {@link #release released}
   */
  record Batch<S>(List<S> submissions, int permits) {}

  private FairQueue(
      Semaphore room,
      int lanes,
      int maxBatch,
      ToIntFunction<S> size,
      int sizePerPermit,
      int maxWaiting) {
    this.room = room;
    this.lanes = lanes;
    this.maxBatch = maxBatch;
    this.size = size;
    this.sizePerPermit = sizePerPermit;
    this.maxWaiting = maxWaiting;
  }

  /**
   * An empty queue of messages.
   *
   * @param room the permits for what may wait in all queues together: one for a message
   * @param lanes in how many queues messages of one user may be
   * @param maxBatch the most messages in a batch
   */
  static FairQueue<Send> ofMessages(Semaphore room, int lanes, int maxBatch) {
    return new FairQueue<>(room, lanes, maxBatch, send -> 1, 1, Integer.MAX_VALUE);
  }

  /** An empty queue of recalls; see {@link #ofMessages}. */
  static FairQueue<Recall> ofRecalls(Semaphore room, int maxBatch) {
    return new FairQueue<>(room, 1, maxBatch, recall -> 1, 1, Integer.MAX_VALUE);
  }

  /**
   * An empty queue, in which all read-acks of a reader are.
   *
   * @param room the permits for what may wait in all queues together: one for each {@value
   *     #IDS_PER_PERMIT} ids of a reader
   * @param maxBatch about the most ids in a batch
   */
  static FairQueue<ReadAck> ofReadAcks(Semaphore room, int maxBatch) {
    return new FairQueue<>(
        room,
        1,
        maxBatch,
        ack -> Math.max(1, ack.request().messageIds().size()),
        IDS_PER_PERMIT,
        MAX_WAITING_IDS);
  }

  /** Takes in a request; false if there is no room for it, or the queue is closed. */
  boolean offer(S submission) {
    long user = submission.requester().user().userId();
    lock.lock();
    try {
      Waiting<S> waiting = users.get(user);
      Waiting<S> its = waiting == null ? new Waiting<>(user) : waiting;
      if (closed || !add(submission, its)) {
        return false;
      }
      if (waiting == null) {
        users.put(user, its);
        turn.add(its);
      }
      changed.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean add(S submission, Waiting<S> its) {
    int sizeAfter = its.size + size.applyAsInt(submission);
    int permits = permits(sizeAfter);
    if (sizeAfter > maxWaiting
        || !leavesRoom(permits)
        || !room.tryAcquire(permits - permits(its.size))) {
      return false;
    }
    its.requests.add(submission);
    its.size = sizeAfter;
    return true;
  }

  /**
   * The permits for all requests of one user: a hundred of one id each take those of two messages.
   */
  private int permits(int sizeOfOne) {
    return (sizeOfOne + sizePerPermit - 1) / sizePerPermit;
  }

  /**
   * A user may have no more waiting here than there is still room for: a single user gets a half of
   * it at most, nine get a tenth each, and a user who has nothing waiting finds room (dynamic
   * thresholds; Choudhury and Hahne, 1998).
   */
  private boolean leavesRoom(int permits) {
    return (permits - 1L) * lanes < room.availablePermits();
  }

  /**
   * Waits for a batch; an empty one is the end.
   *
   * @throws InterruptedException if the thread is interrupted, also where there is something
   */
  Batch<S> take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (users.isEmpty() && !closed) {
        changed.await();
      }
      return next();
    } finally {
      lock.unlock();
    }
  }

  /** A batch of what is waiting now; an empty one for nothing. */
  Batch<S> poll() {
    lock.lock();
    try {
      return next();
    } finally {
      lock.unlock();
    }
  }

  private Batch<S> next() {
    List<S> batch = new ArrayList<>();
    List<Waiting<S>> served = new ArrayList<>();
    int most = maxBatch / Math.min(PART_OF_BATCH, turn.size() + 1); // of a single user: a half
    int inBatch = 0;
    int permits = 0;
    while (inBatch < maxBatch && !turn.isEmpty()) {
      Waiting<S> its = turn.remove();
      int before = its.size;
      permits += take(its, batch);
      its.sizeInBatch += before - its.size;
      inBatch += before - its.size;
      boolean isServed = its.requests.isEmpty() || its.sizeInBatch >= most;
      (isServed ? served : turn).add(its);
    }
    turn.forEach(its -> its.sizeInBatch = 0);
    for (Waiting<S> its : served) {
      its.sizeInBatch = 0;
      if (its.requests.isEmpty()) {
        users.remove(its.user);
      } else {
        turn.add(its); // behind the others, for the rest
      }
    }
    return new Batch<>(batch, permits);
  }

  /** Takes out a user's first request; returns the permits that it held. */
  private int take(Waiting<S> its, List<S> taken) {
    S first = its.requests.remove();
    taken.add(first);
    int before = permits(its.size);
    its.size -= size.applyAsInt(first);
    return before - permits(its.size);
  }

  /** Takes out what has been waiting for so long, or longer. */
  Batch<S> removeOlderThan(Duration age) {
    List<S> removed = new ArrayList<>();
    int permits = 0;
    lock.lock();
    try {
      for (Waiting<S> its : turn) {
        while (!its.requests.isEmpty() && its.requests.element().progress().isOlderThan(age)) {
          permits += take(its, removed);
        }
      }
      if (!removed.isEmpty()) {
        turn.removeIf(its -> its.requests.isEmpty());
        users.values().removeIf(its -> its.requests.isEmpty());
      }
    } finally {
      lock.unlock();
    }
    return new Batch<>(removed, permits);
  }

  /** Gives the room of a batch to others. */
  void release(Batch<S> batch) {
    room.release(batch.permits());
  }

  boolean isEmpty() {
    lock.lock();
    try {
      return users.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Takes nothing more in; what is waiting can be taken. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }
}
