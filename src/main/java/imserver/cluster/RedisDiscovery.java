package imserver.cluster;

import imserver.cluster.RedisTopology.Shard;
import imserver.config.RedisUrl;
import imserver.config.RedisUrl.Host;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** Finds out which servers there are, by asking those that are known. For one thread. */
final class RedisDiscovery {

  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(2);

  private final RedisUrl url;
  private final RedisConnector connector;

  RedisDiscovery(RedisUrl url, RedisConnector connector) {
    this.url = url;
    this.connector = connector;
  }

  /**
   * Asks one after the other until one knows.
   *
   * @param known servers beside those of the settings
   * @throws JedisException if none answers
   */
  RedisTopology find(Collection<Host> known) {
    if (url.master() != null) {
      return firstOf(url.hosts(), this::askSentinel);
    }
    Set<Host> hosts = new LinkedHashSet<>(url.hosts());
    hosts.addAll(known);
    return firstOf(hosts, this::askServer);
  }

  /** The first sure answer, else the first one. */
  private static RedisTopology firstOf(Collection<Host> hosts, Function<Host, Answer> question) {
    JedisException failure = new JedisConnectionException("no host");
    Answer second = null;
    for (Host host : hosts) {
      try {
        Answer answer = question.apply(host);
        if (answer.isSure()) {
          return answer.topology();
        }
        second = second == null ? answer : second;
      } catch (JedisException e) {
        failure = e;
      }
    }
    if (second == null) {
      throw failure;
    }
    return second.topology();
  }

  /**
   * What a server says.
   *
   * @param isSure whether no other has to be asked
   */
  private record Answer(RedisTopology topology, boolean isSure) {}

  private Answer askSentinel(Host sentinel) {
    List<String> address;
    try (RedisConnection connection = connector.openWithoutLogin(sentinel, ANSWER_TIMEOUT)) {
      address = masterBy(connection);
    } catch (JedisAccessControlException e) { // it wants a login, too
      try (RedisConnection connection = connector.open(sentinel, ANSWER_TIMEOUT)) {
        address = masterBy(connection);
      }
    }
    return new Answer(
        RedisTopology.of(new Host(address.get(0), Integer.parseInt(address.get(1)))), true);
  }

  private List<String> masterBy(RedisConnection sentinel) {
    sentinel.write(
        Command.SENTINEL, List.of("get-master-addr-by-name", String.valueOf(url.master())));
    List<String> address = sentinel.getMultiBulkReply();
    if (address == null || address.size() != 2) {
      throw new JedisDataException("the sentinel knows no master '%s'".formatted(url.master()));
    }
    return address;
  }

  private Answer askServer(Host host) {
    try (RedisConnection connection = connector.open(host, ANSWER_TIMEOUT)) {
      if (isCluster(connection)) {
        connection.write(Command.CLUSTER, List.of("INFO"));
        boolean works = connection.getBulkReply().contains("cluster_state:ok");
        connection.write(Command.CLUSTER, List.of("SLOTS"));
        return new Answer(topology(connection.getObjectMultiBulkReply(), host), works);
      }
      return new Answer(
          RedisTopology.of(host), url.hosts().size() == 1 || info(connection, "role:master"));
    }
  }

  /**
   * Where it may not be asked it is taken for none: each server of a cluster carries all channels.
   */
  private static boolean isCluster(RedisConnection connection) {
    try {
      return info(connection, "cluster_enabled:1");
    } catch (JedisDataException e) {
      return false;
    }
  }

  private static boolean info(RedisConnection connection, String line) {
    connection.write(Command.INFO, List.of());
    return connection.getBulkReply().contains(line);
  }

  /**
   * Of the answer to {@code CLUSTER SLOTS}: ranges, each with its first and last slot, its master
   * and replicas, and of each of these the address and more.
   *
   * @param asked stands for an address that the server does not know, which is its own
   */
  static RedisTopology topology(List<Object> ranges, Host asked) {
    Map<Host, BitSet> slots = new LinkedHashMap<>();
    for (Object each : ranges) {
      List<?> range = (List<?>) each;
      List<?> master = (List<?>) range.get(2);
      String name = text(master.get(0));
      Host address =
          new Host(name.isEmpty() || name.equals("?") ? asked.name() : name, number(master.get(1)));
      slots
          .computeIfAbsent(address, unknown -> new BitSet(RedisTopology.SLOTS))
          .set(number(range.get(0)), number(range.get(1)) + 1);
    }
    List<Shard> shards = new ArrayList<>();
    slots.forEach((address, served) -> shards.add(new Shard(address, served)));
    return new RedisTopology(true, List.copyOf(shards));
  }

  private static int number(Object value) {
    return Math.toIntExact((Long) value);
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : new String((byte[]) value, StandardCharsets.UTF_8);
  }
}
