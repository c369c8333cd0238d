package imserver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.cluster.BusContract.Heard;
import imserver.config.RedisUrl;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import redis.clients.jedis.Protocol.Command;

@ExtendWith(RedisInstalled.class)
@DisplayName("The bus of the master that a sentinel names")
class RedisSentinelTest {

  private static boolean isReplica(RedisProcess redis) {
    return redis.says("role:slave", Command.INFO)
        && redis.says("master_link_status:up", Command.INFO);
  }

  @Test
  @DisplayName("goes on by the replica when the master was killed")
  void failover() {
    try (RedisProcess master = RedisProcess.startPlain();
        RedisProcess replica =
            RedisProcess.start(
                "redis", "", RedisProcess.freePort(), "--replicaof", "127.0.0.1 " + master.port());
        RedisProcess sentinel = RedisProcess.sentinelOf(master, "the-master")) {
      await().atMost(Duration.ofSeconds(30)).until(() -> isReplica(replica));
      await().atMost(Duration.ofSeconds(30)).until(() -> sentinel.says("slaves=1", Command.INFO));
      int nobody = RedisProcess.freePort();
      RedisUrl url =
          RedisProcess.url(
              "redis-sentinel://127.0.0.1:%d,127.0.0.1:%d#the-master"
                  .formatted(nobody, sentinel.port()));
      UserBus bus = new RedisBus(url, () -> "one", RedisBusContract::thread);
      try {
        Heard heard = new Heard();
        bus.follow(7);
        bus.start(heard);
        await().until(heard::isConnected);
        bus.publish(7, "by the master");
        await().until(() -> heard.frames.equals(List.of("by the master")));
        master.kill();
        await().until(() -> !heard.isConnected());
        await().atMost(Duration.ofSeconds(30)).until(heard::isConnected);
        bus.publish(7, "by the replica");
        await().until(() -> heard.frames.equals(List.of("by the master", "by the replica")));
        assertThat(replica.says("role:master", Command.INFO)).isTrue();
      } finally {
        bus.stop();
      }
    }
  }
}
