package imserver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.config.RedisUrl;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Protocol.Command;

@DisplayName("The bus of a Redis cluster")
class RedisClusterBusTest extends RedisBusContract {

  private static final int SHARDS = 3;
  private static final int SLOTS = RedisTopology.SLOTS;

  /** The masters at first, and a replica of the first of them. */
  private static final List<RedisProcess> NODES = new ArrayList<>();

  @BeforeAll
  static void startCluster() {
    for (int i = 0; i <= SHARDS; i++) {
      NODES.add(
          RedisProcess.start(
              "redis",
              ":secret@",
              RedisProcess.freePort(),
              "--requirepass",
              "secret",
              "--masterauth",
              "secret",
              "--cluster-enabled",
              "yes",
              "--cluster-node-timeout",
              "1000"));
    }
    for (int i = 0; i < SHARDS; i++) {
      String first = "" + SLOTS * i / SHARDS;
      String last = "" + (SLOTS * (i + 1) / SHARDS - 1);
      NODES.get(i).text(Command.CLUSTER, "ADDSLOTSRANGE", first, last);
      NODES.get(i).text(Command.CLUSTER, "SET-CONFIG-EPOCH", "" + (i + 1));
    }
    for (RedisProcess node : NODES) {
      NODES.get(0).text(Command.CLUSTER, "MEET", "127.0.0.1", "" + node.port());
    }
    awaitHealth();
    String first = NODES.get(0).text(Command.CLUSTER, "MYID");
    await().until(() -> NODES.get(SHARDS).says("OK", Command.CLUSTER, "REPLICATE", first));
    await().until(() -> NODES.get(SHARDS).says("master_link_status:up", Command.INFO));
  }

  private static void awaitHealth() {
    for (RedisProcess node : NODES) {
      await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () ->
                  node.says("cluster_state:ok", Command.CLUSTER, "INFO")
                      && node.says("cluster_known_nodes:4", Command.CLUSTER, "INFO"));
    }
  }

  @AfterAll
  static void stopCluster() {
    NODES.forEach(RedisProcess::close);
  }

  @Override
  UserBus bus(String database) {
    RedisUrl url =
        RedisProcess.url(
            "redis://:secret@127.0.0.1:%d,127.0.0.1:%d"
                .formatted(NODES.get(1).port(), NODES.get(0).port()));
    return new RedisBus(url, () -> database, RedisBusContract::thread);
  }

  /** One shard alone, which has no replica. */
  @Override
  void cut() {
    for (RedisProcess node : NODES) {
      node.text(Command.CLIENT, "KILL", "TYPE", "pubsub");
      node.text(Command.CLIENT, "KILL", "TYPE", "normal");
    }
  }

  @Override
  void halt() {
    NODES.get(2).halt();
  }

  @Override
  void resume() {
    NODES.get(2).resume();
    awaitHealth();
  }

  @Test
  @DisplayName("has a way by each shard")
  void ways() {
    assertThat(server().heard().ways).isEqualTo(SHARDS);
  }

  @Test
  @DisplayName("goes on by the replica of a master that was killed")
  void failover() {
    Server one = server();
    Server other = server();
    List<Long> users = LongStream.range(1, 300).boxed().toList();
    users.forEach(((UserBus) one.bus())::follow);
    await().until(() -> one.heard().followed.containsAll(users));
    RedisProcess master =
        IntStream.of(0, SHARDS)
            .mapToObj(NODES::get)
            .filter(node -> node.says("role:master", Command.INFO))
            .findFirst()
            .orElseThrow();
    master.kill();
    await().until(() -> !one.heard().isConnected() && !other.heard().isConnected());
    await().atMost(Duration.ofSeconds(30)).until(() -> one.heard().isConnected());
    await().atMost(Duration.ofSeconds(30)).until(() -> other.heard().isConnected());
    users.forEach(user -> ((UserBus) other.bus()).publish(user, "to " + user));
    await().until(() -> one.heard().frames.size() >= users.size());
    assertThat(one.heard().frames)
        .containsExactlyInAnyOrderElementsOf(users.stream().map(user -> "to " + user).toList());
    master.start();
    awaitHealth();
  }

  @Test
  @DisplayName("follows a user whose slot has moved to another shard")
  void movedSlot() {
    Server one = server();
    UserBus bus = (UserBus) one.bus();
    long user = followed(one);
    String slot = "" + RedisChannels.slot(new RedisChannels("one").ofUser(user));
    for (int to : new int[] {2, 1}) {
      moveSlot(slot, to);
      await().until(() -> one.heard().followed.contains(user));
      one.heard().followed.clear();
      await()
          .until(
              () -> {
                bus.publish(user, "to the shard " + to);
                return one.heard().frames.contains("to the shard " + to);
              });
    }
  }

  /** A user of the second shard, who is followed from now on. */
  private static long followed(Server server) {
    long user =
        LongStream.range(1, 1000).filter(each -> shard(each) == 1).findFirst().orElseThrow();
    ((UserBus) server.bus()).follow(user);
    await().until(() -> server.heard().followed.contains(user));
    server.heard().followed.clear();
    return user;
  }

  /**
   * From the second shard to the third, or back. A shard that has been importing takes a new epoch;
   * with an older one than the other's it would not be believed by the rest of the cluster.
   */
  private static void moveSlot(String slot, int to) {
    String from = NODES.get(3 - to).text(Command.CLUSTER, "MYID");
    NODES.get(to).text(Command.CLUSTER, "SETSLOT", slot, "IMPORTING", from);
    String id = NODES.get(to).text(Command.CLUSTER, "MYID");
    NODES.get(to).text(Command.CLUSTER, "SETSLOT", slot, "NODE", id);
    NODES.get(3 - to).text(Command.CLUSTER, "SETSLOT", slot, "NODE", id);
  }

  @Test
  @DisplayName("follows a user whose slot was away for less time than it takes to look")
  void slotIsBack() {
    Server one = server();
    UserBus bus = (UserBus) one.bus();
    long user = followed(one);
    String slot = "" + RedisChannels.slot(new RedisChannels("one").ofUser(user));
    moveSlot(slot, 2);
    moveSlot(slot, 1);
    await().until(() -> one.heard().followed.contains(user));
    await()
        .until(
            () -> {
              bus.publish(user, "it is back");
              return one.heard().frames.contains("it is back");
            });
  }

  @Test
  @DisplayName("is down while nobody serves a slot, though all shards answer")
  void missingSlot() {
    Heard heard = server().heard();
    String slot = "" + SLOTS / 2;
    requireFullCoverage("no");
    NODES.get(1).text(Command.CLUSTER, "DELSLOTS", slot); // which is asked first
    await().until(() -> !heard.isConnected());
    assertThat(heard.reason).contains("a part of the cluster is missing");
    NODES.get(1).text(Command.CLUSTER, "ADDSLOTS", slot);
    await().until(heard::isConnected);
    requireFullCoverage("yes");
  }

  private static void requireFullCoverage(String value) {
    NODES.forEach(node -> node.text(Command.CONFIG, "SET", "cluster-require-full-coverage", value));
  }

  private static int shard(long user) {
    return RedisChannels.slot(new RedisChannels("one").ofUser(user)) * SHARDS / SLOTS;
  }
}
