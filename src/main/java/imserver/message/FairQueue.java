package imserver.message;

import imserver.message.Submission.Post;
import imserver.message.Submission.ReadAck;
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

/**
 * What waits for a lane, by the user who asked for it. Batches are taken from the users in turn,
 * one request of each after the other, so that one who asks for much makes the others wait no
 * longer than his share of a batch takes. Requests of one user leave in the order in which they
 * came, messages and read-acks each for themselves. Any thread may {@link #offer}, one takes.
 */
final class FairQueue {

  /**
   * So many ids in read-acks of one reader take the room of one message: about as much memory. No
   * read-ack that is offered has more.
   */
  static final int IDS_PER_PERMIT = 50;

  /** The most ids that wait of one reader, and so the most read-acks. */
  static final int MAX_WAITING_IDS = 5000;

  /** Of a batch one user gets this part at most where many wait. */
  private static final int PART_OF_BATCH = 8;

  private final Semaphore room;
  private final int lanes;
  private final int maxBatch;
  private final int maxOfOne;

  /** Guards what follows. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition changed = lock.newCondition();
  private final Map<Long, Waiting> users = new HashMap<>();
  private final Queue<Waiting> senders = new ArrayDeque<>();
  private final Queue<Waiting> readers = new ArrayDeque<>();
  private boolean closed;

  /** The requests of one user, of which there is at least one. */
  private static final class Waiting {

    final long user;
    final Queue<Post> posts = new ArrayDeque<>();
    final Queue<ReadAck> acks = new ArrayDeque<>();
    int ids;
    int postsInBatch;

    Waiting(long user) {
      this.user = user;
    }

    int ackPermits() {
      return (ids + IDS_PER_PERMIT - 1) / IDS_PER_PERMIT;
    }

    int permits() {
      return posts.size() + ackPermits();
    }
  }

  /**
   * What is stored together.
   *
   * @param submissions messages and read-acks
   * @param permits the room that is to be given back for them
   */
  record Batch(List<Submission> submissions, int permits) {}

  /**
   * An empty queue.
   *
   * @param room the permits for what may wait in all queues together: one for a message, and for
   *     each {@value #IDS_PER_PERMIT} ids of a reader
   * @param lanes how many queues share the room
   * @param maxBatch the most messages in a batch; about as many ids in read-acks
   */
  FairQueue(Semaphore room, int lanes, int maxBatch) {
    this.room = room;
    this.lanes = lanes;
    this.maxBatch = maxBatch;
    this.maxOfOne = Math.max(1, maxBatch / PART_OF_BATCH);
  }

  /** Takes in a request; false if there is no room for it, or the queue is closed. */
  boolean offer(Submission submission) {
    long user = submission.requester().user().userId();
    lock.lock();
    try {
      Waiting waiting = users.get(user);
      Waiting its = waiting == null ? new Waiting(user) : waiting;
      if (closed || !add(submission, its)) {
        return false;
      }
      if (waiting == null) {
        users.put(user, its);
      }
      changed.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean add(Submission submission, Waiting its) {
    if (submission instanceof ReadAck ack) {
      return addAck(ack, its);
    }
    if (!leavesRoom(its.permits() + 1, lanes) || !room.tryAcquire()) {
      return false;
    }
    if (its.posts.isEmpty()) {
      senders.add(its);
    }
    its.posts.add((Post) submission);
    return true;
  }

  /** Read-acks of one reader are put together: a hundred of one id take the room of one of them. */
  private boolean addAck(ReadAck ack, Waiting its) {
    int ids = its.ids + weight(ack);
    int permits = (ids + IDS_PER_PERMIT - 1) / IDS_PER_PERMIT - its.ackPermits();
    if (ids > MAX_WAITING_IDS
        || !leavesRoom(its.permits() + permits, 1) // all read-acks of a reader are in one lane
        || !room.tryAcquire(permits)) {
      return false;
    }
    if (its.acks.isEmpty()) {
      readers.add(its);
    }
    its.acks.add(ack);
    its.ids = ids;
    return true;
  }

  /**
   * One user may have no more waiting than there is still room for: one alone gets a half of it at
   * most, nine get a tenth each, and whoever has nothing waiting finds room (dynamic thresholds;
   * Choudhury and Hahne, 1998).
   */
  private boolean leavesRoom(int permits, int queues) {
    return (permits - 1L) * queues < room.availablePermits();
  }

  private static int weight(ReadAck ack) {
    return Math.max(1, ack.request().messageIds().size());
  }

  /**
   * Waits for a batch; an empty one is the end.
   *
   * @throws InterruptedException if the thread is interrupted, also where there is something
   */
  Batch take() throws InterruptedException {
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
  Batch poll() {
    lock.lock();
    try {
      return next();
    } finally {
      lock.unlock();
    }
  }

  /** Takes out what has been waiting for so long, or longer. */
  Batch removeOlderThan(Duration age) {
    List<Submission> removed = new ArrayList<>();
    int permits = 0;
    lock.lock();
    try {
      for (Waiting its : users.values()) {
        int before = its.permits();
        removeOlderThan(age, its.posts, removed);
        int acksBefore = removed.size();
        removeOlderThan(age, its.acks, removed);
        removed
            .subList(acksBefore, removed.size())
            .forEach(ack -> its.ids -= weight((ReadAck) ack));
        permits += before - its.permits();
      }
      if (!removed.isEmpty()) {
        senders.removeIf(its -> its.posts.isEmpty());
        readers.removeIf(its -> its.acks.isEmpty());
        users.values().removeIf(its -> its.posts.isEmpty() && its.acks.isEmpty());
      }
    } finally {
      lock.unlock();
    }
    return new Batch(removed, permits);
  }

  private static void removeOlderThan(
      Duration age, Queue<? extends Submission> waiting, List<Submission> removed) {
    while (!waiting.isEmpty() && waiting.element().progress().isOlderThan(age)) {
      removed.add(waiting.remove());
    }
  }

  private Batch next() {
    List<Submission> batch = new ArrayList<>();
    int permits = takePosts(batch) + takeAcks(batch);
    return new Batch(batch, permits);
  }

  private int takePosts(List<Submission> batch) {
    List<Waiting> served = new ArrayList<>();
    int most = Math.max(maxOfOne, maxBatch / (senders.size() + 1)); // one alone: half of it
    while (batch.size() < maxBatch && !senders.isEmpty()) {
      Waiting its = senders.remove();
      batch.add(its.posts.remove());
      its.postsInBatch++;
      if (its.posts.isEmpty() || its.postsInBatch == most) {
        served.add(its);
      } else {
        senders.add(its);
      }
    }
    senders.forEach(its -> its.postsInBatch = 0);
    served.forEach(its -> its.postsInBatch = 0);
    served.forEach(its -> backInto(senders, its, its.posts));
    return batch.size();
  }

  private int takeAcks(List<Submission> batch) {
    List<Waiting> served = new ArrayList<>();
    int ids = 0;
    int permits = 0;
    while (ids < maxBatch && !readers.isEmpty()) {
      Waiting its = readers.remove();
      int before = its.ids;
      int held = its.ackPermits();
      do {
        ReadAck ack = its.acks.remove();
        its.ids -= weight(ack);
        batch.add(ack);
      } while (!its.acks.isEmpty() && before - its.ids < maxOfOne);
      ids += before - its.ids;
      permits += held - its.ackPermits();
      served.add(its);
    }
    served.forEach(its -> backInto(readers, its, its.acks));
    return permits;
  }

  /** Has a user wait behind the others for the rest, or forgets him. */
  private void backInto(Queue<Waiting> turn, Waiting its, Queue<? extends Submission> rest) {
    if (!rest.isEmpty()) {
      turn.add(its);
    } else if (its.posts.isEmpty() && its.acks.isEmpty()) {
      users.remove(its.user);
    }
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
