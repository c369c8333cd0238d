package imserver.cluster;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/**
 * The channels that one connection has subscribed to. One thread writes ({@link #begin}, {@link
 * #change}), one reads ({@link #read}).
 */
final class RedisSubscriptions {

  /** In one command; a cluster takes one, since each channel may be in another slot. */
  private static final int MAX_CHANNELS = 500;

  /** Told at once. */
  private static final int MAX_FOLLOWED = 1000;

  /** What is heard. Called by the thread that reads. */
  interface Listener {

    /** A frame, for all or for a user. */
    void heard(String frame);

    /** What this server sent to itself, after all that was subscribed to at first. */
    void heardSelf();

    /** Users whose channels are heard from now on. */
    void followed(List<Long> users);

    /** A channel is not this server's, or is not any more. */
    void moved();
  }

  /** A command, the answer to which has a part for each channel. */
  private static final class Pending {
    final boolean subscribes;
    final List<Long> users;
    final boolean isLastAtFirst;
    int left;

    Pending(boolean subscribes, List<Long> users, int channels, boolean isLastAtFirst) {
      this.subscribes = subscribes;
      this.users = users;
      this.left = channels;
      this.isLastAtFirst = isLastAtFirst;
    }
  }

  private final RedisConnection connection;
  private final RedisChannels channels;
  private final boolean sharded;
  private final String all;
  private final String self;

  /** Whose channels were subscribed to, as far as is known to be still so. */
  private final Set<Long> requested = ConcurrentHashMap.newKeySet();

  private final Queue<Pending> pending = new ConcurrentLinkedQueue<>();

  /** Those not told yet. Of the thread that reads, as the next one. */
  private final List<Long> fresh = new ArrayList<>();

  private boolean complete;

  RedisSubscriptions(RedisConnection connection, RedisChannels channels, boolean sharded, int tag) {
    this.connection = connection;
    this.channels = channels;
    this.sharded = sharded;
    this.all = channels.ofAll(tag);
    this.self = channels.ofSelf(tag);
  }

  /** Subscribes to what is for all and for these users. */
  void begin(Collection<Long> users) {
    subscribe(users);
    pending.add(new Pending(true, List.of(), 2, true));
    connection.write(sharded ? Command.SSUBSCRIBE : Command.SUBSCRIBE, List.of(all, self));
    connection.flushCommands();
  }

  /** Brings the subscriptions of these users up to what is wanted. */
  void change(Collection<Long> users, Set<Long> wanted) {
    subscribe(
        users.stream().filter(user -> wanted.contains(user) && !requested.contains(user)).toList());
    unsubscribe(
        users.stream().filter(user -> !wanted.contains(user) && requested.contains(user)).toList());
    connection.flushCommands();
  }

  private void subscribe(Collection<Long> users) {
    requested.addAll(users);
    send(true, sharded ? Command.SSUBSCRIBE : Command.SUBSCRIBE, users);
  }

  private void unsubscribe(Collection<Long> users) {
    requested.removeAll(users);
    send(false, sharded ? Command.SUNSUBSCRIBE : Command.UNSUBSCRIBE, users);
  }

  private void send(boolean subscribes, Command command, Collection<Long> users) {
    List<Long> ordered = List.copyOf(users);
    int size = sharded ? 1 : MAX_CHANNELS;
    for (int from = 0; from < ordered.size(); from += size) {
      List<Long> some = ordered.subList(from, Math.min(from + size, ordered.size()));
      pending.add(new Pending(subscribes, some, some.size(), false));
      connection.write(command, some.stream().map(channels::ofUser).toList());
    }
  }

  /**
   * Waits for what comes next.
   *
   * @throws redis.clients.jedis.exceptions.JedisException if the connection is broken, nothing came
   *     for too long, or a channel is refused
   */
  void read(Listener listener) {
    List<?> reply;
    try {
      reply = (List<?>) connection.getUnflushedObject();
    } catch (JedisRedirectionException e) { // it answers one command
      Pending refused = pending.remove();
      requested.removeAll(refused.users);
      if (refused.isLastAtFirst) {
        throw e;
      }
      listener.moved();
      return;
    }
    String channel = text(reply.get(1));
    switch (text(reply.get(0))) {
      case "message", "smessage" -> {
        if (!channel.equals(self)) {
          listener.heard(text(reply.get(2)));
        } else if (complete) {
          listener.heardSelf();
        }
      }
      case "subscribe", "ssubscribe" -> confirm(channel);
      case "unsubscribe", "sunsubscribe" -> unsubscribed(channel, listener);
      default -> throw new JedisDataException("not asked for: " + text(reply.get(0)));
    }
    tell(listener);
  }

  private void confirm(String channel) {
    long user = channels.userOf(channel);
    if (user > 0 && requested.contains(user)) {
      fresh.add(user);
    }
    answered();
  }

  /** As asked, or since its slot has moved to another shard. */
  private void unsubscribed(String channel, Listener listener) {
    long user = channels.userOf(channel);
    Pending command = pending.peek();
    if (command != null && !command.subscribes && command.users.contains(user)) {
      answered();
    } else if (user > 0) {
      requested.remove(user);
      listener.moved();
    } else {
      throw new JedisDataException("the slot of " + channel + " has moved");
    }
  }

  private void answered() {
    Pending command = pending.element();
    if (--command.left == 0) {
      pending.remove();
      complete |= command.isLastAtFirst;
    }
  }

  private void tell(Listener listener) {
    if (!fresh.isEmpty() && (pending.isEmpty() || fresh.size() >= MAX_FOLLOWED)) {
      List<Long> users = List.copyOf(fresh);
      fresh.clear();
      if (complete) { // else all users are compared soon, since the connection is new
        listener.followed(users);
      }
    }
  }

  private static String text(Object value) {
    return new String((byte[]) value, StandardCharsets.UTF_8);
  }
}
