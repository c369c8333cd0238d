package imserver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.config.RedisUrl;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The bus of a Redis with a password")
class RedisBusTest extends RedisBusContract {

  private static RedisProcess redis;

  @BeforeAll
  static void startRedis() {
    redis =
        RedisProcess.start(
            "redis", ":s3%40cret@", RedisProcess.freePort(), "--requirepass", "s3@cret");
  }

  @AfterAll
  static void stopRedis() {
    redis.close();
  }

  @Override
  UserBus bus(String database) {
    return new RedisBus(redis.url(), () -> database, RedisBusContract::thread);
  }

  @Override
  void cut() {
    redis.kill();
    redis.start();
  }

  @Override
  void halt() {
    redis.halt();
  }

  @Override
  void resume() {
    redis.resume();
  }

  @Test
  @DisplayName("connects when there is a server, and says once that there is none")
  void awayAtFirst() {
    RedisProcess late = RedisProcess.prepare("redis", "", RedisProcess.freePort());
    Bus bus = new RedisBus(late.url(), () -> "one", RedisBusContract::thread);
    started.add(bus);
    Heard heard = new Heard();
    bus.start(heard);
    await().until(() -> !heard.states.isEmpty());
    bus.publish("to nobody");
    late.start();
    try (late) {
      await().until(heard::isConnected);
      assertThat(heard.states).containsExactly("disconnected", "connected");
    }
  }

  @Test
  @DisplayName("asks again what its database is called")
  void databaseAway() {
    CopyOnWriteArrayList<String> asked = new CopyOnWriteArrayList<>();
    Bus bus =
        new RedisBus(
            redis.url(),
            () -> {
              asked.add("asked");
              if (asked.size() < 3) {
                throw new java.sql.SQLException("away");
              }
              return "one";
            },
            RedisBusContract::thread);
    assertThat(server(bus).heard().states)
        .containsExactly("disconnected", "disconnected", "connected");
  }

  @Test
  @DisplayName("says what is wrong with a login, without the password")
  void wrongPassword() {
    RedisUrl url = RedisProcess.url("redis://:hidden@127.0.0.1:" + redis.port());
    CopyOnWriteArrayList<String> reasons = new CopyOnWriteArrayList<>();
    Bus bus = new RedisBus(url, () -> "one", RedisBusContract::thread);
    started.add(bus);
    bus.start(
        new Heard() {
          @Override
          public void disconnected(String reason) {
            reasons.add(reason);
          }
        });
    await().until(() -> !reasons.isEmpty());
    assertThat(reasons.get(0)).contains("WRONGPASS").doesNotContain("hidden");
  }
}
