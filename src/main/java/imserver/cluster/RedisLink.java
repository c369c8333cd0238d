package imserver.cluster;

import imserver.config.RedisUrl.Host;
import java.lang.System.Logger.Level;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/**
 * One server of channels: one connection that hears, one that publishes. What breaks one of them
 * ends both, and both are opened again. A thread writes to both; another reads what is heard. Safe
 * for use by several threads.
 *
 * <p>It sends something to itself each second. Where that does not come back the server hangs, and
 * nothing that waits for it would end by itself.
 */
final class RedisLink {

  private static final System.Logger LOG = System.getLogger(RedisLink.class.getName());

  /** Of up to 8 kB each. */
  private static final int MAX_QUEUED = 2000;

  /** In one go, after which the answers are awaited. */
  private static final int MAX_BATCH = 100;

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration TO_SELF = Duration.ofSeconds(1);

  /** Between what it sends to itself until that comes back for the first time. */
  private static final Duration TO_SELF_AT_FIRST = Duration.ofMillis(100);

  private static final Duration MAX_SILENCE = Duration.ofSeconds(5);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(2);

  /** What a link tells, on threads of its own. */
  interface Listener {

    /** A frame has come. */
    void heard(RedisLink link, String frame);

    /** From now on all is heard that this server carries for all, and for users who are wanted. */
    void up(RedisLink link);

    /** It is not any more, or could not be connected. */
    void down(RedisLink link, String reason);

    /** The same as {@code up} for users who are wanted since then. */
    void followed(List<Long> users);

    /** Something was not published. */
    void lost();

    /** A channel is another server's. */
    void moved();
  }

  /** What is to be published; or, without a channel, a reason to look what has changed. */
  private record Publication(@Nullable String channel, String frame) {}

  private static final Publication LOOK = new Publication(null, "");

  private final Host address;
  private final int tag;
  private final boolean sharded;
  private final RedisChannels channels;
  private final RedisConnector connector;
  private final Set<Long> followed;
  private final Listener listener;
  private final ThreadFactory threads;
  private final BlockingQueue<Publication> queue = new LinkedBlockingQueue<>(MAX_QUEUED);
  private final Set<Long> changed = ConcurrentHashMap.newKeySet();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final List<Thread> running = new ArrayList<>();
  private volatile @Nullable Session session;

  /**
   * Not started yet.
   *
   * @param tag of the channel for all servers
   * @param followed the users whose channels are to be heard, at each moment
   */
  RedisLink(
      Host address,
      int tag,
      boolean sharded,
      RedisChannels channels,
      RedisConnector connector,
      Set<Long> followed,
      Listener listener,
      ThreadFactory threads) {
    this.address = address;
    this.tag = tag;
    this.sharded = sharded;
    this.channels = channels;
    this.connector = connector;
    this.followed = followed;
    this.listener = listener;
    this.threads = threads;
  }

  Host address() {
    return address;
  }

  int tag() {
    return tag;
  }

  /** Whether it is the one for this. */
  boolean isFor(Host address, int tag, boolean sharded) {
    return this.address.equals(address) && this.tag == tag && this.sharded == sharded;
  }

  /**
   * Connects. To be called once.
   *
   * @param wanted whether a user is followed, and has his channel here
   */
  void start(LongPredicate wanted) {
    start(() -> run(wanted));
  }

  private void start(Runnable task) {
    Thread thread = threads.newThread(task);
    synchronized (running) {
      running.removeIf(each -> !each.isAlive());
      running.add(thread);
      thread.start(); // so that it is alive
    }
  }

  /** Some users may be wanted now, or may be not any more. */
  void look(Collection<Long> users) {
    changed.addAll(users);
    var unused = queue.offer(LOOK); // a full queue is being worked on
  }

  /** Sends a frame to all servers. */
  void publish(String frame) {
    publish(channels.ofAll(tag), frame);
  }

  /** Sends a frame to those who hear a channel of this server. */
  void publish(String channel, String frame) {
    boolean taken = session != null && queue.offer(new Publication(channel, frame));
    if (!taken || session == null) { // the queue is cleared after the session
      listener.lost();
    }
  }

  /** Ends the connections, and soon the threads. */
  void stop() {
    stopping.countDown();
    Session open = session;
    if (open != null) {
      open.close();
    }
  }

  private boolean isStopped() {
    return stopping.getCount() == 0;
  }

  /** Waits for the threads to end, until that time of {@link System#nanoTime}. */
  void join(long deadline) throws InterruptedException {
    List<Thread> all;
    synchronized (running) {
      all = List.copyOf(running);
    }
    for (Thread thread : all) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      thread.join(Math.max(1, left));
    }
  }

  private void run(LongPredicate wanted) {
    try {
      while (!isStopped()) {
        String reason = connectedOnce(wanted);
        if (!isStopped()) {
          listener.down(this, reason);
          var unused = stopping.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Connects, and does all that there is until it breaks; returns why. */
  private String connectedOnce(LongPredicate wanted) throws InterruptedException {
    Session made = null;
    try {
      made = new Session(wanted);
      session = made;
      made.run();
      return made.reason();
    } catch (RuntimeException | Error e) { // an error would end the link for good
      LOG.log(Level.DEBUG, "the link to " + address + " broke", e);
      String earlier = made == null ? null : made.brokenBy;
      return earlier == null ? reason(e) : earlier;
    } finally {
      session = null;
      queue.clear();
      if (made != null) {
        made.close();
        listener.lost(); // perhaps
      }
    }
  }

  /** In one line, without what Jedis puts around it. */
  static String reason(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause == e && e.getSuppressed().length > 0) { // for each of the host's addresses
      cause = e.getSuppressed()[0];
    }
    return cause instanceof SocketTimeoutException
        ? "no answer"
        : String.valueOf(cause.getMessage());
  }

  /** Two connections. */
  private final class Session implements RedisSubscriptions.Listener {

    private final RedisConnection hearing;
    private final RedisConnection publishing;
    private final RedisSubscriptions subscriptions;
    private volatile boolean isUp;
    private volatile @Nullable String brokenBy;
    private long sentToSelf;
    private final LongPredicate wanted;

    Session(LongPredicate wanted) {
      this.wanted = wanted;
      hearing = connector.open(address, MAX_SILENCE);
      try {
        publishing = connector.open(address, ANSWER_TIMEOUT);
      } catch (RuntimeException e) {
        hearing.close();
        throw e;
      }
      subscriptions = new RedisSubscriptions(hearing, channels, sharded, tag);
    }

    void close() {
      hearing.close();
      publishing.close();
    }

    String reason() {
      String reason = brokenBy;
      return reason == null ? "closed" : reason;
    }

    void run() throws InterruptedException {
      start(this::read);
      changed.clear(); // what changes from now on
      subscriptions.begin(followed.stream().filter(wanted::test).toList());
      sentToSelf = System.nanoTime() - TO_SELF.toNanos();
      List<Publication> batch = new ArrayList<>();
      while (!isStopped() && brokenBy == null) {
        followWanted();
        long untilSelf =
            sentToSelf + (isUp ? TO_SELF : TO_SELF_AT_FIRST).toNanos() - System.nanoTime();
        if (untilSelf <= 0) {
          sentToSelf = System.nanoTime();
          batch.add(new Publication(channels.ofSelf(tag), ""));
        } else {
          Publication first = queue.poll(untilSelf, TimeUnit.NANOSECONDS);
          if (first != null) {
            batch.add(first);
          }
        }
        queue.drainTo(batch, MAX_BATCH - batch.size());
        publish(batch);
        batch.clear();
      }
    }

    private void followWanted() {
      Set<Long> users = taken(changed);
      if (!users.isEmpty()) {
        Set<Long> those = new HashSet<>(users);
        those.removeIf(user -> !wanted.test(user));
        subscriptions.change(users, those);
      }
    }

    private void publish(List<Publication> batch) {
      int sent = 0;
      for (Publication each : batch) {
        if (each.channel() != null) {
          publishing.write(
              sharded ? Command.SPUBLISH : Command.PUBLISH, List.of(each.channel(), each.frame()));
          sent++;
        }
      }
      if (sent > 0) {
        for (Object reply : publishing.getMany(sent)) {
          if (reply instanceof JedisRedirectionException) {
            listener.lost();
            listener.moved();
          } else if (reply instanceof JedisDataException refusal) {
            throw refusal;
          }
        }
      }
    }

    private void read() {
      try {
        while (true) {
          subscriptions.read(this);
        }
      } catch (RuntimeException | Error e) { // after an error it would go on without hearing
        LOG.log(Level.DEBUG, "nothing is heard any more of " + address, e);
        brokenBy = RedisLink.reason(e);
        close();
        var unused = queue.offer(LOOK);
      }
    }

    @Override
    public void heard(String frame) {
      listener.heard(RedisLink.this, frame);
    }

    @Override
    public void heardSelf() {
      if (!isUp) {
        isUp = true;
        listener.up(RedisLink.this);
      }
    }

    @Override
    public void followed(List<Long> users) {
      listener.followed(users);
    }

    @Override
    public void moved() {
      listener.moved();
    }
  }

  private static Set<Long> taken(Set<Long> changed) {
    Set<Long> taken = new HashSet<>(changed);
    changed.removeAll(taken);
    return taken;
  }
}
