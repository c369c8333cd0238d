package imserver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.cluster.Change.MessagesRead;
import imserver.database.Vendor;
import imserver.monitoring.Watchdog;
import imserver.server.TestPostgres;
import imserver.session.FakeThreads;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RedisInstalled.class)
@DisplayName("Servers on one PostgreSQL and one Redis")
class ServersOnRedisTest {

  private static TestPostgres postgres;
  private static RedisProcess redis;

  private final List<Cluster> started = new ArrayList<>();

  @BeforeAll
  static void startBoth() throws IOException, SQLException {
    postgres = TestPostgres.migrated();
    redis = RedisProcess.startPlain();
  }

  @AfterAll
  static void stopBoth() throws IOException, SQLException {
    redis.close();
    postgres.close();
  }

  @AfterEach
  void stop() {
    started.forEach(Cluster::stop);
  }

  private Cluster server(HeardByServer heard, DataSource database) {
    NodeTable table = new NodeTable(database, Vendor.POSTGRESQL, Cluster.LISTENER_NAME);
    Cluster cluster =
        new Cluster(
            node -> table,
            node -> new RedisBus(redis.url(), () -> "same", Thread::new),
            new FakeThreads(),
            new Watchdog());
    started.add(cluster);
    cluster.start(heard);
    return cluster;
  }

  private Cluster server(HeardByServer heard) {
    return server(heard, postgres.source());
  }

  private static void awaitBoth(Cluster one, Cluster other) {
    await().until(() -> one.servers() == 2 && one.hearsAll());
    await().until(() -> other.servers() == 2 && other.hearsAll());
  }

  private static Change message(long id, long from, long to) {
    return Changes.stored(id, from, id, to, id, "text " + id, "");
  }

  @Test
  @DisplayName("tell each other what concerns users who are connected there, each once for a user")
  void byUser() {
    HeardByServer heard = new HeardByServer(8L, 9L);
    Cluster one = server(new HeardByServer());
    Cluster other = server(heard);
    awaitBoth(one, other);
    await().until(() -> heard.compared.containsAll(List.of(8L, 9L)) || heard.comparisons.get() > 0);
    Change toEight = message(1, 7, 8);
    Change between = message(2, 9, 8);
    Change elsewhere = message(3, 7, 6);
    Change ofTheSystem = message(4, 0, 9);
    Change read = new MessagesRead(6, 8, 5, 5, 0, 1);
    one.publish(List.of(elsewhere, toEight, between, ofTheSystem, read));
    await().until(() -> heard.changes.size() == 5);
    assertThat(heard.changes)
        .containsExactlyInAnyOrder(toEight, between, between, ofTheSystem, read);
  }

  @Test
  @DisplayName("compare the head of a user who connects, when what concerns him is heard")
  void connects() {
    HeardByServer heard = new HeardByServer();
    Cluster one = server(new HeardByServer());
    Cluster other = server(heard);
    awaitBoth(one, other);
    other.follow(8);
    await().until(() -> heard.compared.contains(8L));
    one.publish(List.of(message(1, 7, 8)));
    await().until(() -> heard.changes.equals(List.of(message(1, 7, 8))));
    other.follow(8); // another connection
    heard.users = Set.of(8L);
    one.publish(List.of(message(2, 7, 8)));
    await().until(() -> heard.changes.size() == 2);
    heard.users = Set.of();
    await()
        .until(
            () -> {
              int before = heard.changes.size();
              one.publish(List.of(message(3, 7, 8)));
              await().until(() -> one.hearsAll());
              return heard.changes.size() == before;
            });
  }

  @Test
  @DisplayName("compare where Redis was away, and hear each other again")
  void away() {
    HeardByServer heard = new HeardByServer(8L);
    Cluster one = server(new HeardByServer());
    Cluster other = server(heard);
    awaitBoth(one, other);
    redis.kill();
    await().until(() -> !one.hearsAll() && !other.hearsAll());
    one.publish(List.of(message(1, 7, 8)));
    int before = heard.comparisons.get();
    await().until(() -> heard.comparisons.get() > before + 1);
    redis.start();
    awaitBoth(one, other);
    await()
        .until(
            () -> {
              one.publish(List.of(message(2, 7, 8)));
              return heard.changes.contains(message(2, 7, 8));
            });
  }

  @Test
  @DisplayName("do not listen to those of a copy of their database, nor complain of them")
  void copy() throws IOException, SQLException {
    DataSource copied = postgres.copy().source();
    HeardByServer heard = new HeardByServer(8L);
    Cluster one = server(new HeardByServer());
    Cluster other = server(heard);
    HeardByServer heardByCopy = new HeardByServer(8L);
    Cluster copy = server(new HeardByServer(), copied);
    Cluster otherCopy = server(heardByCopy, copied);
    awaitBoth(one, other);
    awaitBoth(copy, otherCopy);
    copy.publish(List.of(message(1, 7, 8)));
    await().until(() -> heardByCopy.changes.equals(List.of(message(1, 7, 8))));
    one.publish(List.of(message(2, 7, 8)));
    await().until(() -> heard.changes.equals(List.of(message(2, 7, 8))));
    assertThat(heardByCopy.changes).containsExactly(message(1, 7, 8));
  }
}
