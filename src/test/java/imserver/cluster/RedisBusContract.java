package imserver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What every bus does by which users are followed. */
@ExtendWith(RedisInstalled.class)
abstract class RedisBusContract extends BusContract {

  private static final List<Long> USERS = LongStream.range(1, 1500).boxed().toList();

  /** One whose database is this. */
  abstract UserBus bus(String database);

  /** Has all of it hang. */
  abstract void halt();

  abstract void resume();

  @BeforeEach
  void resumed() {
    resume();
  }

  @Override
  Bus bus() {
    return bus("one");
  }

  private static UserBus byUser(Server server) {
    return (UserBus) server.bus();
  }

  private static void follow(Server server, List<Long> users) {
    users.forEach(byUser(server)::follow);
    await().until(() -> server.heard().followed.containsAll(users));
  }

  @Test
  @DisplayName("carries a user's frames to those who follow the user, in their order")
  void byUser() {
    Server one = server();
    Server other = server();
    follow(one, List.of(7L, 8L));
    follow(other, List.of(8L));
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      byUser(other).publish(7, "to seven " + i);
      byUser(other).publish(8, "to eight " + i);
      byUser(other).publish(9, "to nine " + i);
      expected.add("to eight " + i);
    }
    await().until(() -> other.heard().frames.size() >= 500);
    await().until(() -> one.heard().frames.size() >= 1000);
    assertThat(other.heard().frames).isEqualTo(expected);
    assertThat(one.heard().frames)
        .hasSize(1000)
        .filteredOn(frame -> frame.startsWith("to eight"))
        .isEqualTo(expected);
  }

  @Test
  @DisplayName("hears a user no more who is not followed any more, and again who is again")
  void unfollowed() {
    Server one = server();
    follow(one, USERS);
    byUser(one).unfollow(7);
    byUser(one).publish(7, "missed");
    await()
        .until(
            () -> {
              int before = one.heard().frames.size();
              byUser(one).publish(7, "to nobody");
              byUser(one).publish("to all");
              await().until(() -> one.heard().frames.size() > before);
              return !one.heard().frames.subList(before, before + 1).contains("to nobody");
            });
    byUser(one).publish(8, "still");
    await().until(() -> one.heard().frames.contains("still"));
    one.heard().followed.clear();
    follow(one, List.of(7L));
    byUser(one).publish(7, "again");
    await().until(() -> one.heard().frames.contains("again"));
  }

  @Test
  @DisplayName("follows the same users when it is back, before it says that it is")
  void followsAgain() throws Exception {
    Server one = server();
    Server other = server();
    follow(one, USERS);
    int before = one.heard().states.size();
    cut();
    await().until(() -> one.heard().states.size() > before && one.heard().isConnected());
    await().until(other.heard()::isConnected);
    USERS.forEach(user -> byUser(other).publish(user, "to " + user));
    await().until(() -> one.heard().frames.size() >= USERS.size());
    assertThat(one.heard().frames)
        .containsExactlyInAnyOrderElementsOf(USERS.stream().map(user -> "to " + user).toList());
  }

  @Test
  @DisplayName("follows who is followed while it is down")
  void followedMeanwhile() throws Exception {
    Server one = server();
    halt();
    await().until(() -> !one.heard().isConnected());
    byUser(one).follow(7);
    resume();
    await().until(one.heard()::isConnected);
    byUser(one).publish(7, "to seven");
    await().until(() -> one.heard().frames.contains("to seven"));
  }

  @Test
  @DisplayName("tells that frames were lost while it hangs, which it notices")
  void hangs() throws Exception {
    Server one = server();
    halt();
    byUser(one).publish(7, "lost");
    await()
        .until(() -> one.heard().states.get(one.heard().states.size() - 1).equals("disconnected"));
    assertThat(one.heard().lost).hasPositiveValue();
    int before = one.heard().lost.get();
    byUser(one).publish(7, "lost");
    await().until(() -> one.heard().lost.get() > before);
    resume();
    await().until(one.heard()::isConnected);
    assertThat(one.heard().states).containsExactly("connected", "disconnected", "connected");
  }

  @Test
  @DisplayName("ends its threads while it hangs")
  void stops() {
    Server one = server();
    List<Thread> threads =
        Thread.getAllStackTraces().keySet().stream().filter(RedisBusContract::isOurs).toList();
    assertThat(threads).isNotEmpty();
    halt();
    one.bus().stop();
    await().until(() -> threads.stream().noneMatch(Thread::isAlive));
    resume();
  }

  private static boolean isOurs(Thread thread) {
    return thread.getName().startsWith(THREADS);
  }

  static final String THREADS = "redis bus of a test";

  static Thread thread(Runnable task) {
    Thread thread = new Thread(task, THREADS);
    thread.setDaemon(true);
    return thread;
  }

  @Test
  @DisplayName("keeps databases apart")
  void apart() {
    Server one = server();
    Server other = server(bus("other"));
    follow(one, List.of(7L));
    follow(other, List.of(7L));
    byUser(other).publish("to all");
    byUser(other).publish(7, "to seven");
    await().until(() -> other.heard().frames.contains("to seven"));
    byUser(one).publish(7, "own");
    await().until(() -> one.heard().frames.contains("own"));
    assertThat(one.heard().frames).containsExactly("own");
  }
}
