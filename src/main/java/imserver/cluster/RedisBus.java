package imserver.cluster;

import imserver.cluster.RedisTopology.Shard;
import imserver.config.RedisUrl;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Frames by the channels of a Redis or Valkey: one server, the master that sentinels name, or a
 * cluster, whose shards are the ways of this bus. What is for a user goes by a channel of that
 * user, which only those servers hear that follow the user; on a cluster, by one shard alone.
 *
 * <p>One thread finds out where the servers are, at the start, where a link to one breaks, where a
 * channel is another's, and from time to time; each {@link RedisLink} has two.
 */
final class RedisBus implements UserBus {

  private static final System.Logger LOG = System.getLogger(RedisBus.class.getName());

  /** Between two looks for the servers, where all is well. */
  private static final Duration LOOK = Duration.ofSeconds(5);

  /** And where it is not. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

  private static final Duration STOP_TIMEOUT = Duration.ofMillis(1800);

  /** The links, of which each slot has one. */
  private static final class Routing {

    private final List<RedisLink> links;
    private final @Nullable RedisLink[] bySlot;

    Routing(List<RedisLink> links, @Nullable RedisLink[] bySlot) {
      this.links = links;
      this.bySlot = bySlot;
    }

    List<RedisLink> links() {
      return links;
    }

    boolean isSameAs(Routing other) {
      return Arrays.equals(bySlot, other.bySlot);
    }

    @Nullable RedisLink of(String channel) {
      return bySlot[RedisChannels.slot(channel)];
    }

    boolean isComplete() {
      for (RedisLink link : bySlot) {
        if (link == null) {
          return false;
        }
      }
      return true;
    }
  }

  private final RedisUrl url;
  private final Callable<String> database;
  private final ThreadFactory threads;
  private final RedisConnector connector;
  private final RedisDiscovery discovery;
  private final Set<Long> followed = ConcurrentHashMap.newKeySet();
  private final BlockingQueue<Boolean> looks = new LinkedBlockingQueue<>(1);
  private final AtomicBoolean moved = new AtomicBoolean();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private volatile Routing routing = new Routing(List.of(), new RedisLink[RedisTopology.SLOTS]);
  private volatile @Nullable RedisChannels channels;
  private volatile @Nullable Listener listener;
  private @Nullable Thread looking;

  /** Of those in the routing, which are up; guarded by this, as the next one. */
  private final Set<RedisLink> up = new HashSet<>();

  /** Whether the listener was told so last, of the present routing. */
  private boolean connected;

  /**
   * Not connected yet.
   *
   * @param database what the servers of this database have in common and no others; asked until it
   *     answers
   */
  RedisBus(RedisUrl url, Callable<String> database, ThreadFactory threads) {
    this.url = url;
    this.database = database;
    this.threads = threads;
    this.connector = new RedisConnector(url);
    this.discovery = new RedisDiscovery(url, connector);
  }

  @Override
  public void start(Listener told) {
    listener = told;
    looking = threads.newThread(() -> look(told));
    looking.start();
  }

  @Override
  public void publish(String frame) {
    routing.links().forEach(link -> link.publish(frame));
  }

  @Override
  public void publish(long user, String frame) {
    RedisChannels names = channels;
    RedisLink link = names == null ? null : routing.of(names.ofUser(user));
    if (names != null && link != null) {
      link.publish(names.ofUser(user), frame);
    } else if (listener != null) {
      listener.lost();
    }
  }

  @Override
  public void follow(long user) {
    if (followed.add(user)) {
      lookAt(user);
    }
  }

  @Override
  public void unfollow(long user) {
    if (followed.remove(user)) {
      lookAt(user);
    }
  }

  private void lookAt(long user) {
    RedisChannels names = channels;
    RedisLink link = names == null ? null : routing.of(names.ofUser(user));
    if (link != null) {
      link.look(List.of(user));
    }
  }

  @Override
  public void stop() {
    long deadline = System.nanoTime() + STOP_TIMEOUT.toNanos();
    stopping.countDown();
    lookSoon();
    List<RedisLink> links = routing.links();
    links.forEach(RedisLink::stop);
    connector.stop();
    try {
      if (looking != null) {
        looking.join(STOP_TIMEOUT.toMillis());
      }
      for (RedisLink link : links) {
        link.join(deadline);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isStopped() {
    return stopping.getCount() == 0;
  }

  private void lookSoon() {
    var unused = looks.offer(true);
  }

  private void look(Listener told) {
    try {
      while (!isStopped()) {
        try {
          lookOnce(told);
        } catch (Exception | Error e) { // also of the database
          LOG.log(Level.DEBUG, "no servers found", e);
          if (routing.links().isEmpty()) {
            disconnected(url + ": " + RedisLink.reason(e), told);
          }
        }
        Duration patience = routing.links().isEmpty() ? LOOK_AGAIN : LOOK;
        if (!stopping.await(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
          var unused = looks.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void lookOnce(Listener told) throws Exception {
    RedisChannels names = channels;
    if (names == null) {
      names = new RedisChannels(database.call());
      channels = names;
    }
    boolean hasMoved = moved.getAndSet(false);
    RedisTopology found = discovery.find(routing.links().stream().map(RedisLink::address).toList());
    Routing before = routing;
    Routing after = routing(found, before.links(), names, told);
    boolean differs = !before.isSameAs(after);
    if (differs && !isStopped()) {
      change(before, after, told);
    }
    if (!after.isComplete()) {
      disconnected(url + ": a part of the cluster is missing", told);
    }
    if (differs || hasMoved) {
      after.links().forEach(link -> link.look(followed));
    }
  }

  /** With those links that are there already, and new ones that are not started yet. */
  private Routing routing(
      RedisTopology found, List<RedisLink> present, RedisChannels names, Listener told) {
    List<RedisLink> links = new ArrayList<>();
    @Nullable RedisLink[] bySlot = new RedisLink[RedisTopology.SLOTS];
    for (Shard shard : found.shards()) {
      int tag = RedisChannels.tag(shard.slots());
      RedisLink link =
          present.stream()
              .filter(each -> each.isFor(shard.address(), tag, found.sharded()))
              .findFirst()
              .orElseGet(() -> link(shard, tag, found.sharded(), names, told));
      links.add(link);
      shard.slots().stream().forEach(slot -> bySlot[slot] = link);
    }
    links.sort(Comparator.comparingInt(RedisLink::tag)); // the same way each time
    return new Routing(List.copyOf(links), bySlot);
  }

  private RedisLink link(
      Shard shard, int tag, boolean sharded, RedisChannels names, Listener told) {
    return new RedisLink(
        shard.address(), tag, sharded, names, connector, followed, new LinkListener(told), threads);
  }

  private void change(Routing before, Routing after, Listener told) {
    synchronized (this) {
      routing = after;
      up.retainAll(after.links());
      connected = false; // to be told again
      tellWhenConnected(told);
    }
    before.links().stream().filter(link -> !after.links().contains(link)).forEach(RedisLink::stop);
    after.links().stream()
        .filter(link -> !before.links().contains(link))
        .forEach(link -> link.start(user -> isCarriedBy(link, user)));
    if (isStopped()) {
      after.links().forEach(RedisLink::stop); // the stop may have seen those before
    }
  }

  private boolean isCarriedBy(RedisLink link, long user) {
    RedisChannels names = channels;
    return names != null && followed.contains(user) && routing.of(names.ofUser(user)) == link;
  }

  private synchronized void tellWhenConnected(Listener told) {
    Routing now = routing;
    if (!connected && now.isComplete() && up.containsAll(now.links())) {
      connected = true;
      told.connected(now.links().size());
    }
  }

  private synchronized void disconnected(String reason, Listener told) {
    if (!isStopped()) {
      connected = false;
      told.disconnected(reason); // also where it was: the first reason may not be the cause
    }
  }

  /** What the links tell. */
  private final class LinkListener implements RedisLink.Listener {

    private final Listener told;

    LinkListener(Listener told) {
      this.told = told;
    }

    @Override
    public void heard(RedisLink link, String frame) {
      int way = routing.links().indexOf(link);
      if (way >= 0) {
        told.heard(way, frame);
      }
    }

    @Override
    public void up(RedisLink link) {
      synchronized (RedisBus.this) {
        if (routing.links().contains(link)) {
          up.add(link);
          tellWhenConnected(told);
        }
      }
    }

    @Override
    public void down(RedisLink link, String reason) {
      synchronized (RedisBus.this) {
        if (routing.links().contains(link)) {
          up.remove(link);
          disconnected(link.address() + ": " + reason, told);
        }
      }
      lookSoon();
    }

    @Override
    public void followed(List<Long> users) {
      told.followed(users);
    }

    @Override
    public void lost() {
      told.lost();
    }

    @Override
    public void moved() {
      moved.set(true);
      lookSoon();
    }
  }
}
